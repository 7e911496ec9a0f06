select
    visit_id,
    patient_id,
    doctor_id,
    visit_date,
    diagnosis,
    total_cost,
    hospital_id,
    updated_at
from {{ source('hospital', 'visits') }}
where not _deleted
