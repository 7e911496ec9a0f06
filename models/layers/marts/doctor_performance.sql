-- Visits, bills and prescriptions are each brought to one row a doctor before they meet, so that none multiplies another.
with visits as (
    select
        {{ or_none('doctor_id') }} as doctor_id,
        max(hospital_id) as hospital_id,
        count(*) as total_visits,
        sum(visit_cost) as visit_cost,
        count(visit_cost) as costed_visits,
        {{ count_if("cost_category = 'High-cost visit'") }} as high_cost_visits,
        min(visit_day) as first_visit_date,
        max(visit_day) as last_visit_date
    from {{ ref('visits') }}
    group by 1
),

patients as (
    select
        doctor_id,
        count(*) as unique_patients
    from (
        select distinct
            {{ or_none('doctor_id') }} as doctor_id,
            patient_id
        from {{ ref('visits') }}
        where patient_id is not null
    ) as seen
    group by 1
),

bills as (
    select
        {{ or_none('doctor_id') }} as doctor_id,
        max(hospital_id) as hospital_id,
        count(*) as total_bills,
        sum(total_amount) as total_revenue,
        sum(paid_amount) as total_paid
    from {{ ref('billing_enhanced') }}
    group by 1
),

prescriptions as (
    select
        {{ or_none('doctor_id') }} as doctor_id,
        max(hospital_id) as hospital_id,
        count(*) as total_prescriptions,
        sum(prescription_value) as total_prescription_value,
        {{ count_if('prescription_value is null') }} as unpriced_prescriptions
    from {{ ref('prescriptions_enhanced') }}
    group by 1
),

keys as (
    select
        doctor_id,
        max(hospital_id) as hospital_id
    from (
        select doctor_id, hospital_id from {{ ref('doctors') }}
        union all
        select doctor_id, hospital_id from visits
        union all
        select doctor_id, hospital_id from bills
        union all
        select doctor_id, hospital_id from prescriptions
    ) as mentions
    group by 1
)

select
    keys.doctor_id,
    keys.hospital_id,
    case
        when keys.doctor_id = -1 then 'No doctor recorded'
        else coalesce(doctors.doctor_name, 'Unknown doctor')
    end as doctor_name,
    doctors.specialization,
    doctors.experience_years,
    coalesce(doctors.experience_level, 'Unknown') as experience_level,
    coalesce(visits.total_visits, 0) as total_visits,
    coalesce(patients.unique_patients, 0) as unique_patients,
    coalesce(visits.visit_cost, 0) as total_visit_cost,
    {{ mean('visits.visit_cost', 'visits.costed_visits') }} as avg_visit_cost,
    coalesce(visits.high_cost_visits, 0) as high_cost_visits,
    coalesce(bills.total_bills, 0) as total_bills,
    coalesce(bills.total_revenue, 0) as total_revenue,
    coalesce(bills.total_paid, 0) as total_paid,
    coalesce(bills.total_revenue, 0) - coalesce(bills.total_paid, 0) as total_outstanding,
    {{ percent('bills.total_paid', 'bills.total_revenue') }} as collection_rate,
    coalesce(prescriptions.total_prescriptions, 0) as total_prescriptions,
    coalesce(prescriptions.total_prescription_value, 0) as total_prescription_value,
    coalesce(prescriptions.unpriced_prescriptions, 0) as unpriced_prescriptions,
    visits.first_visit_date,
    visits.last_visit_date
from keys
left join {{ ref('doctors') }} as doctors on keys.doctor_id = doctors.doctor_id
left join visits on keys.doctor_id = visits.doctor_id
left join patients on keys.doctor_id = patients.doctor_id
left join bills on keys.doctor_id = bills.doctor_id
left join prescriptions on keys.doctor_id = prescriptions.doctor_id
