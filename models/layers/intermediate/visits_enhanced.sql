-- The visit keeps its own keys: a visit whose patient or doctor is not known (yet) still says which one it was.
select
    visits.visit_id,
    visits.hospital_id,
    visits.visit_date,
    visits.visit_day,
    visits.diagnosis,
    visits.visit_cost,
    visits.cost_category,
    visits.patient_id,
    patients.full_name as patient_name,
    {{ completed_years('patients.date_of_birth', 'visits.visit_day') }} as age_at_visit,
    patients.gender,
    patients.blood_type,
    visits.doctor_id,
    doctors.doctor_name,
    doctors.specialization,
    doctors.experience_level
from {{ ref('visits') }} as visits
left join {{ ref('patients') }} as patients on visits.patient_id = patients.patient_id
left join {{ ref('doctors') }} as doctors on visits.doctor_id = doctors.doctor_id
