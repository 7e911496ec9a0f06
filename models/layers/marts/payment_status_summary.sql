-- Bills of one day and status share a bucket, so they are summed first.
with days as (
    select
        hospital_id,
        coalesce(payment_status, 'Not recorded') as payment_status,
        is_paid,
        billing_date,
        {{ days_between('billing_date', as_of()) }} as age_days,
        count(*) as bill_count,
        sum(total_amount) as billed_amount,
        sum(paid_amount) as paid_amount,
        sum(outstanding_amount) as outstanding_amount
    from {{ ref('billing') }}
    group by 1, 2, 3, 4, 5
),

aged as (
    select
        hospital_id,
        payment_status,
        case
            when is_paid then 0
            when age_days is null then 6
            when age_days <= 30 then 1
            when age_days <= 60 then 2
            when age_days <= 90 then 3
            when age_days <= 120 then 4
            else 5
        end as bucket_order,
        billing_date,
        bill_count,
        billed_amount,
        paid_amount,
        outstanding_amount
    from days
)

select
    hospital_id,
    payment_status,
    case bucket_order
        when 0 then 'Settled'
        when 1 then '0-30'
        when 2 then '31-60'
        when 3 then '61-90'
        when 4 then '91-120'
        when 5 then '120+'
        else 'No date'
    end as aging_bucket,
    bucket_order,
    {{ total('bill_count') }} as bill_count,
    coalesce(sum(billed_amount), 0) as billed_amount,
    coalesce(sum(paid_amount), 0) as paid_amount,
    coalesce(sum(outstanding_amount), 0) as outstanding_amount,
    min(billing_date) as oldest_billing_date
from aged
group by 1, 2, 3, 4
