select
    doctor_id,
    hospital_id,
    name as doctor_name,
    specialization,
    experience_years,
    case
        when experience_years is null then 'Unknown'
        when experience_years >= {{ var('senior_years') }} then 'Senior'
        when experience_years >= {{ var('mid_level_years') }} then 'Mid-level'
        else 'Junior'
    end as experience_level,
    updated_at
from {{ ref('_hospital_doctors') }}
