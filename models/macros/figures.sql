{# A part of a whole in percent with two decimals; null where the whole is 0 or unknown. #}
{% macro percent(part, whole) -%}
  round(100 * cast({{ part }} as numeric) / nullif(cast({{ whole }} as numeric), 0), 2)
{%- endmacro %}

{# A mean of money with two decimals; null where nothing was counted. #}
{% macro mean(total, items) -%}
  round(cast({{ total }} as numeric) / nullif(cast({{ items }} as numeric), 0), 2)
{%- endmacro %}

{# How many rows meet a condition. #}
{% macro count_if(condition) -%}
  count(case when {{ condition }} then 1 end)
{%- endmacro %}

{# A sum of counts as a whole number; 0 where there is none. #}
{% macro total(items) -%}
  cast(coalesce(sum({{ items }}), 0) as {{ dbt.type_bigint() }})
{%- endmacro %}

{# The key of facts that name no doctor or patient: they stay in the sums under it. #}
{% macro or_none(key) -%}
  coalesce({{ key }}, -1)
{%- endmacro %}
