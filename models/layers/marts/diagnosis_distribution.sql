with diagnoses as (
    select
        hospital_id,
        coalesce(diagnosis, 'Not recorded') as diagnosis,
        count(*) as visit_count,
        sum(visit_cost) as visit_cost,
        count(visit_cost) as costed_visits,
        max(visit_day) as last_visit_date
    from {{ ref('visits') }}
    group by 1, 2
),

patients as (
    select
        hospital_id,
        diagnosis,
        count(*) as unique_patients
    from (
        select distinct
            hospital_id,
            coalesce(diagnosis, 'Not recorded') as diagnosis,
            patient_id
        from {{ ref('visits') }}
        where patient_id is not null
    ) as seen
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
    coalesce(patients.unique_patients, 0) as unique_patients,
    coalesce(diagnoses.visit_cost, 0) as total_visit_cost,
    {{ mean('diagnoses.visit_cost', 'diagnoses.costed_visits') }} as avg_visit_cost,
    {{ percent('diagnoses.visit_count', 'hospitals.visit_count') }} as share_of_visits,
    diagnoses.last_visit_date
from diagnoses
inner join hospitals on diagnoses.hospital_id = hospitals.hospital_id
left join patients on diagnoses.hospital_id = patients.hospital_id and diagnoses.diagnosis = patients.diagnosis
