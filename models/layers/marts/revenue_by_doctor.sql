with billed as (
    select
        doctor_id,
        hospital_id,
        doctor_name,
        specialization,
        total_bills,
        total_revenue,
        total_paid,
        total_outstanding,
        collection_rate
    from {{ ref('doctor_performance') }}
    where total_bills > 0
),

whole as (
    select sum(total_revenue) as revenue_of_all
    from billed
)

select
    doctor_id,
    hospital_id,
    doctor_name,
    specialization,
    total_bills as bill_count,
    total_revenue as billed_amount,
    total_paid as paid_amount,
    total_outstanding as outstanding_amount,
    collection_rate,
    {{ percent('total_revenue', 'revenue_of_all') }} as share_of_revenue,
    rank() over (order by total_revenue desc) as revenue_rank
from billed
cross join whole
