{# The part of a text that the pattern's first group matches; null where it does not match. Patterns are written without backslashes. #}
{% macro matched(text, pattern) -%}
  {{ return(adapter.dispatch('matched', 'hospital')(text, pattern)) }}
{%- endmacro %}

{% macro default__matched(text, pattern) -%}
  substring({{ text }} from '{{ pattern }}')
{%- endmacro %}

{% macro bigquery__matched(text, pattern) -%}
  regexp_extract({{ text }}, r'{{ pattern }}')
{%- endmacro %}

{# Days of a duration in words: "3 days", "1 week", "2 weeks", "1 month", "5/7". Weeks are 7 days, months 30, years 365; anything else is null. #}
{% macro duration_days(text) -%}
  {%- set words = "lower(trim(" ~ text ~ "))" -%}
  coalesce(
    cast({{ matched(words, '^([0-9]{1,4})/7$') }} as {{ dbt.type_int() }}),
    cast({{ matched(words, '^([0-9]{1,4})/52$') }} as {{ dbt.type_int() }}) * 7,
    cast({{ matched(words, '^([0-9]{1,4})/12$') }} as {{ dbt.type_int() }}) * 30,
    cast({{ matched(words, '^([0-9]{1,4}) *[a-z]+$') }} as {{ dbt.type_int() }})
    * case {{ matched(words, '^[0-9]{1,4} *([a-z]+)$') }}
        when 'd' then 1 when 'day' then 1 when 'days' then 1
        when 'w' then 7 when 'week' then 7 when 'weeks' then 7
        when 'month' then 30 when 'months' then 30
        when 'year' then 365 when 'years' then 365
      end
  )
{%- endmacro %}

{#
  Units a day of a dosage in words: "2 tablets", "1 capsule twice daily", "10 ml every 8 hours". Without a frequency it is once a day.
  A strength ("500 mg") says nothing of units, so it is null, as is any other frequency.
#}
{% macro units_per_day(text) -%}
  {%- set words = "lower(trim(" ~ text ~ "))" -%}
  {%- set unit = "(?:tablets?|tabs?|capsules?|caps?|pills?|doses?|puffs?|drops?|ml|units?|sachets?|patch|patches|injections?|suppositor(?:y|ies)|applications?)" -%}
  {%- set often = "trim(" ~ matched(words, "^[0-9]{1,3}(?:[.][0-9]{1,2})? *" ~ unit ~ "([ ,].*)?$") ~ ", ' ,')" -%}
  cast({{ matched(words, "^([0-9]{1,3}(?:[.][0-9]{1,2})?) *" ~ unit ~ "(?:[ ,].*)?$") }} as {{ dbt.type_numeric() }})
  * case coalesce({{ often }}, '')
      when '' then 1 when 'daily' then 1 when 'once daily' then 1 when 'a day' then 1 when 'once a day' then 1 when 'per day' then 1
      when 'every 24 hours' then 1 when 'at night' then 1
      when 'twice daily' then 2 when 'twice a day' then 2 when '2 times a day' then 2 when 'every 12 hours' then 2
      when 'three times daily' then 3 when 'three times a day' then 3 when '3 times a day' then 3 when 'every 8 hours' then 3
      when 'four times daily' then 4 when 'four times a day' then 4 when '4 times a day' then 4 when 'every 6 hours' then 4
    end
{%- endmacro %}
