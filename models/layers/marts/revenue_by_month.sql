-- Revenue is the amount billed, by the date of the bill. Months without a bill are there with zeros.
with bills as (
    select
        hospital_id,
        {{ month_of('billing_date') }} as month_start,
        count(*) as bill_count,
        {{ count_if('is_paid') }} as paid_bill_count,
        sum(total_amount) as billed_amount,
        sum(paid_amount) as paid_amount
    from {{ ref('billing') }}
    where billing_date is not null
    group by 1, 2
),

spans as (
    select
        hospital_id,
        min(month_start) as first_month,
        max(month_start) as last_month
    from bills
    group by 1
),

months as (
    select
        spans.hospital_id,
        month_start
    from spans
    {{ join_months('spans.first_month', 'spans.last_month', 'month_start') }}
)

select
    months.hospital_id,
    months.month_start,
    coalesce(bills.bill_count, 0) as bill_count,
    coalesce(bills.paid_bill_count, 0) as paid_bill_count,
    coalesce(bills.billed_amount, 0) as billed_amount,
    coalesce(bills.paid_amount, 0) as paid_amount,
    coalesce(bills.billed_amount, 0) - coalesce(bills.paid_amount, 0) as outstanding_amount,
    {{ percent('bills.paid_amount', 'bills.billed_amount') }} as collection_rate
from months
left join bills on months.hospital_id = bills.hospital_id and months.month_start = bills.month_start
