select
    doctor_id,
    name,
    specialization,
    experience_years,
    contact_info,
    hospital_id,
    updated_at
from {{ source('hospital', 'doctors') }}
where not _deleted
