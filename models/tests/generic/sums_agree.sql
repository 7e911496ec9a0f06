{# What a mart sums up is what the layer below it holds: the two totals are the same to the cent. #}
{% test sums_agree(model, column_name, other, other_column, where_other='true', where_here='true') %}
with here as (
    select coalesce(sum({{ column_name }}), 0) as total from {{ model }} where {{ where_here }}
),

there as (
    select coalesce(sum({{ other_column }}), 0) as total from {{ other }} where {{ where_other }}
)

select
    here.total as total_here,
    there.total as total_there
from here
cross join there
where here.total <> there.total
{% endtest %}
