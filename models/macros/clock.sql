{# The date that ages and overdue days are counted to: var as_of, or today in UTC. #}
{% macro as_of() -%}
  {%- set day = var('as_of', none) -%}
  {%- if day -%}
    cast('{{ day }}' as date)
  {%- else -%}
    {{ adapter.dispatch('utc_today', 'hospital')() }}
  {%- endif -%}
{%- endmacro %}

{% macro default__utc_today() -%}
  cast(now() at time zone 'UTC' as date)
{%- endmacro %}

{% macro bigquery__utc_today() -%}
  current_date('UTC')
{%- endmacro %}
