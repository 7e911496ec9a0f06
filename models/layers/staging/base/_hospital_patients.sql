select
    patient_id,
    full_name,
    date_of_birth,
    gender,
    blood_type,
    contact_info,
    insurance_id,
    hospital_id,
    updated_at
from {{ source('hospital', 'patients') }}
where not _deleted
