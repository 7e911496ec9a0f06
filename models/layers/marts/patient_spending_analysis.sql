-- Visits, bills and prescriptions are each brought to one row a patient before they meet, so that none multiplies another.
with visits as (
    select
        {{ or_none('patient_id') }} as patient_id,
        max(hospital_id) as hospital_id,
        count(*) as total_visits,
        sum(visit_cost) as visit_cost,
        count(visit_cost) as costed_visits,
        min(visit_day) as first_visit_date,
        max(visit_day) as last_visit_date
    from {{ ref('visits') }}
    group by 1
),

bills as (
    select
        {{ or_none('patient_id') }} as patient_id,
        max(hospital_id) as hospital_id,
        count(*) as total_bills,
        sum(total_amount) as total_billed,
        sum(paid_amount) as total_paid
    from {{ ref('billing') }}
    group by 1
),

prescriptions as (
    select
        {{ or_none('patient_id') }} as patient_id,
        max(hospital_id) as hospital_id,
        count(*) as total_prescriptions,
        sum(prescription_value) as total_prescription_value,
        {{ count_if('prescription_value is null') }} as unpriced_prescriptions
    from {{ ref('prescriptions_enhanced') }}
    group by 1
),

keys as (
    select
        patient_id,
        max(hospital_id) as hospital_id
    from (
        select patient_id, hospital_id from {{ ref('patients') }}
        union all
        select patient_id, hospital_id from visits
        union all
        select patient_id, hospital_id from bills
        union all
        select patient_id, hospital_id from prescriptions
    ) as mentions
    group by 1
)

select
    keys.patient_id,
    keys.hospital_id,
    case
        when keys.patient_id = -1 then 'No patient recorded'
        else coalesce(patients.full_name, 'Unknown patient')
    end as patient_name,
    patients.gender,
    patients.blood_type,
    patients.age,
    coalesce(patients.age_group, 'Unknown') as age_group,
    coalesce(visits.total_visits, 0) as total_visits,
    coalesce(visits.visit_cost, 0) as total_visit_cost,
    {{ mean('visits.visit_cost', 'visits.costed_visits') }} as avg_visit_cost,
    coalesce(bills.total_bills, 0) as total_bills,
    coalesce(bills.total_billed, 0) as total_billed,
    coalesce(bills.total_paid, 0) as total_paid,
    coalesce(bills.total_billed, 0) - coalesce(bills.total_paid, 0) as total_outstanding,
    coalesce(prescriptions.total_prescriptions, 0) as total_prescriptions,
    coalesce(prescriptions.total_prescription_value, 0) as total_prescription_value,
    coalesce(prescriptions.unpriced_prescriptions, 0) as unpriced_prescriptions,
    visits.first_visit_date,
    visits.last_visit_date
from keys
left join {{ ref('patients') }} as patients on keys.patient_id = patients.patient_id
left join visits on keys.patient_id = visits.patient_id
left join bills on keys.patient_id = bills.patient_id
left join prescriptions on keys.patient_id = prescriptions.patient_id
