select
    billing_id,
    patient_id,
    visit_id,
    billing_date,
    total_amount,
    payment_status,
    hospital_id,
    updated_at
from {{ source('hospital', 'billing_payments') }}
where not _deleted
