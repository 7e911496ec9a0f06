with aged as (
    select
        patient_id,
        hospital_id,
        full_name,
        date_of_birth,
        {{ completed_years('date_of_birth', as_of()) }} as age,
        gender,
        blood_type,
        updated_at
    from {{ ref('_hospital_patients') }}
)

select
    patient_id,
    hospital_id,
    full_name,
    date_of_birth,
    age,
    case
        when age is null then 'Unknown'
        when age <= 17 then '0-17'
        when age <= 40 then '18-40'
        when age <= 65 then '41-65'
        else '66+'
    end as age_group,
    gender,
    blood_type,
    updated_at
from aged
