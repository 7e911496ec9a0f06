{# A threshold that nothing can reach shows: in a table of some size every named value occurs. #}
{% test every_value_occurs(model, column_name, values, from_rows=1000) %}
with present as (
    select
        {%- for value in values %}
        count(case when {{ column_name }} = '{{ value }}' then 1 end) as value_{{ loop.index }},
        {%- endfor %}
        count(*) as all_rows
    from {{ model }}
)
{% for value in values %}
select '{{ value }}' as missing_value
from present
where value_{{ loop.index }} = 0 and all_rows >= {{ from_rows }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
{% endtest %}
