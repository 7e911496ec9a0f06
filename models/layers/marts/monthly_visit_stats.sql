with dated as (
    select
        hospital_id,
        {{ month_of('visit_day') }} as month_start,
        patient_id,
        doctor_id,
        visit_cost,
        cost_category
    from {{ ref('visits') }}
    where visit_day is not null
),

of_doctors as (
    select
        hospital_id,
        month_start,
        doctor_id,
        count(*) as visits,
        sum(visit_cost) as visit_cost,
        count(visit_cost) as costed_visits,
        {{ count_if("cost_category = 'High-cost visit'") }} as high_cost_visits
    from dated
    group by 1, 2, 3
),

visits as (
    select
        hospital_id,
        month_start,
        {{ total('visits') }} as total_visits,
        count(doctor_id) as unique_doctors,
        sum(visit_cost) as visit_cost,
        {{ total('costed_visits') }} as costed_visits,
        {{ total('high_cost_visits') }} as high_cost_visits
    from of_doctors
    group by 1, 2
),

patients as (
    select
        hospital_id,
        month_start,
        count(patient_id) as unique_patients
    from (select distinct hospital_id, month_start, patient_id from dated) as seen
    group by 1, 2
),

spans as (
    select
        hospital_id,
        min(month_start) as first_month,
        max(month_start) as last_month
    from visits
    group by 1
),

months as (
    select
        spans.hospital_id,
        month_start
    from spans
    {{ join_months('spans.first_month', 'spans.last_month', 'month_start') }}
)

select
    months.hospital_id,
    months.month_start,
    cast(extract(year from months.month_start) as {{ dbt.type_int() }}) as visit_year,
    cast(extract(month from months.month_start) as {{ dbt.type_int() }}) as visit_month,
    coalesce(visits.total_visits, 0) as total_visits,
    coalesce(patients.unique_patients, 0) as unique_patients,
    coalesce(visits.unique_doctors, 0) as unique_doctors,
    coalesce(visits.visit_cost, 0) as total_visit_cost,
    {{ mean('visits.visit_cost', 'visits.costed_visits') }} as avg_visit_cost,
    coalesce(visits.high_cost_visits, 0) as high_cost_visits,
    {{ percent('visits.high_cost_visits', 'visits.total_visits') }} as pct_high_cost_visits
from months
left join visits on months.hospital_id = visits.hospital_id and months.month_start = visits.month_start
left join patients on months.hospital_id = patients.hospital_id and months.month_start = patients.month_start
