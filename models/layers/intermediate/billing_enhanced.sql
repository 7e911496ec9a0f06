-- The bill keeps its own keys; the doctor is the one of its visit, null where that visit is not known.
select
    billing.billing_id,
    billing.hospital_id,
    billing.visit_id,
    billing.patient_id,
    visits.doctor_id,
    billing.billing_date,
    visits.visit_day,
    {{ days_between('visits.visit_day', 'billing.billing_date') }} as days_to_bill,
    billing.total_amount,
    billing.payment_status,
    billing.is_paid,
    billing.paid_amount,
    billing.outstanding_amount
from {{ ref('billing') }} as billing
left join {{ ref('visits') }} as visits on billing.visit_id = visits.visit_id
