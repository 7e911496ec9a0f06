with of_patients as (
    select
        hospital_id,
        coalesce(diagnosis, 'Not recorded') as diagnosis,
        patient_id,
        count(*) as visits,
        sum(visit_cost) as visit_cost,
        count(visit_cost) as costed_visits,
        max(visit_day) as last_visit_date
    from {{ ref('visits') }}
    group by 1, 2, 3
),

diagnoses as (
    select
        hospital_id,
        diagnosis,
        {{ total('visits') }} as visit_count,
        count(patient_id) as unique_patients,
        sum(visit_cost) as visit_cost,
        {{ total('costed_visits') }} as costed_visits,
        max(last_visit_date) as last_visit_date
    from of_patients
    group by 1, 2
),

hospitals as (
    select
        hospital_id,
        {{ total('visit_count') }} as visit_count
    from diagnoses
    group by 1
)

select
    diagnoses.hospital_id,
    diagnoses.diagnosis,
    diagnoses.visit_count,
    diagnoses.unique_patients,
    coalesce(diagnoses.visit_cost, 0) as total_visit_cost,
    {{ mean('diagnoses.visit_cost', 'diagnoses.costed_visits') }} as avg_visit_cost,
    {{ percent('diagnoses.visit_count', 'hospitals.visit_count') }} as share_of_visits,
    diagnoses.last_visit_date
from diagnoses
inner join hospitals on diagnoses.hospital_id = hospitals.hospital_id
