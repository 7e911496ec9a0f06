select
    prescription_id,
    patient_id,
    doctor_id,
    medicine_id,
    dosage,
    duration,
    visit_id,
    prescribed_at,
    stopped_at,
    hospital_id,
    updated_at
from {{ source('hospital', 'prescriptions') }}
where not _deleted
