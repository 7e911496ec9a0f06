{# The UTC date of an instant. #}
{% macro utc_date(instant) -%}
  {{ return(adapter.dispatch('utc_date', 'hospital')(instant)) }}
{%- endmacro %}

{% macro default__utc_date(instant) -%}
  cast({{ instant }} at time zone 'UTC' as date)
{%- endmacro %}

{% macro bigquery__utc_date(instant) -%}
  date({{ instant }}, 'UTC')
{%- endmacro %}

{# The first day of a date's month. #}
{% macro month_of(day) -%}
  {{ return(adapter.dispatch('month_of', 'hospital')(day)) }}
{%- endmacro %}

{% macro default__month_of(day) -%}
  cast(date_trunc('month', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{% macro bigquery__month_of(day) -%}
  date_trunc({{ day }}, month)
{%- endmacro %}

{# Whole days from the first date to the second; negative where the second is earlier. #}
{% macro days_between(first, second) -%}
  {{ return(adapter.dispatch('days_between', 'hospital')(first, second)) }}
{%- endmacro %}

{% macro default__days_between(first, second) -%}
  ({{ second }} - {{ first }})
{%- endmacro %}

{% macro bigquery__days_between(first, second) -%}
  date_diff({{ second }}, {{ first }}, day)
{%- endmacro %}

{# A date some days before another. #}
{% macro days_before(day, days) -%}
  {{ return(adapter.dispatch('days_before', 'hospital')(day, days)) }}
{%- endmacro %}

{% macro default__days_before(day, days) -%}
  ({{ day }} - {{ days }})
{%- endmacro %}

{% macro bigquery__days_before(day, days) -%}
  date_sub({{ day }}, interval {{ days }} day)
{%- endmacro %}

{# A join that gives one row for each month from the first to the last, both first days of a month. #}
{% macro join_months(first, last, name) -%}
  {{ return(adapter.dispatch('join_months', 'hospital')(first, last, name)) }}
{%- endmacro %}

{% macro default__join_months(first, last, name) -%}
  cross join lateral (
    select cast(moment as date) as {{ name }}
    from generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 month') as moments (moment)
  ) as months
{%- endmacro %}

{% macro bigquery__join_months(first, last, name) -%}
  cross join unnest(generate_date_array({{ first }}, {{ last }}, interval 1 month)) as {{ name }}
{%- endmacro %}

{# Completed years from a birth date to a day; null where the birth is unknown or later. Someone born on 29 February is a year older on 1 March. #}
{% macro completed_years(born, day) -%}
  case when {{ born }} <= {{ day }} then
    cast(floor((
      (extract(year from {{ day }}) * 10000 + extract(month from {{ day }}) * 100 + extract(day from {{ day }}))
      - (extract(year from {{ born }}) * 10000 + extract(month from {{ born }}) * 100 + extract(day from {{ born }}))
    ) / 10000) as {{ dbt.type_int() }})
  end
{%- endmacro %}
