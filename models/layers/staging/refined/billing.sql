-- A bill is settled where its status says Paid; every other status, an unknown one included, is outstanding.
select
    billing_id,
    hospital_id,
    patient_id,
    visit_id,
    billing_date,
    total_amount,
    nullif(trim(payment_status), '') as payment_status,
    coalesce(payment_status = 'Paid', false) as is_paid,
    case when payment_status = 'Paid' then coalesce(total_amount, 0) else 0 end as paid_amount,
    case when payment_status = 'Paid' then 0 else coalesce(total_amount, 0) end as outstanding_amount,
    updated_at
from {{ ref('_hospital_billing_payments') }}
