-- One row a visit: what was prescribed and billed in it is summed before it joins.
with prescriptions as (
    select
        visit_id,
        count(*) as prescription_count,
        {{ dbt.listagg('medicine_name', "', '", 'order by medicine_name') }} as medicines,
        sum(prescription_value) as prescription_value,
        {{ count_if('prescription_value is null') }} as unpriced_prescriptions
    from {{ ref('prescriptions_enhanced') }}
    where visit_id is not null
    group by 1
),

bills as (
    select
        visit_id,
        count(*) as bill_count,
        {{ count_if('is_paid') }} as paid_bills,
        min(billing_date) as first_billing_date,
        sum(total_amount) as billed_amount,
        sum(paid_amount) as paid_amount
    from {{ ref('billing') }}
    where visit_id is not null
    group by 1
),

visits as (
    select
        visit_id,
        hospital_id,
        visit_date,
        visit_day,
        patient_id,
        patient_name,
        gender,
        age_at_visit,
        doctor_id,
        doctor_name,
        specialization,
        diagnosis,
        visit_cost,
        cost_category,
        row_number() over (partition by patient_id order by visit_date, visit_id) as visit_number,
        lag(visit_day) over (partition by patient_id order by visit_date, visit_id) as previous_day
    from {{ ref('visits_enhanced') }}
),

visits_of as (
    select
        patient_id,
        count(*) as visits
    from {{ ref('visits') }}
    where patient_id is not null
    group by 1
)

select
    visits.visit_id,
    visits.hospital_id,
    visits.visit_date,
    visits.visit_day,
    visits.patient_id,
    coalesce(visits.patient_name, 'Unknown patient') as patient_name,
    visits.gender,
    visits.age_at_visit,
    visits.doctor_id,
    coalesce(visits.doctor_name, 'Unknown doctor') as doctor_name,
    visits.specialization,
    coalesce(visits.diagnosis, 'Not recorded') as diagnosis,
    visits.visit_cost,
    visits.cost_category,
    case when visits.patient_id is not null then visits.visit_number end as visit_number,
    visits_of.visits as total_visits_for_patient,
    case when visits.patient_id is not null then {{ days_between('visits.previous_day', 'visits.visit_day') }} end as days_since_previous_visit,
    prescriptions.visit_id is not null as has_prescription,
    coalesce(prescriptions.prescription_count, 0) as prescription_count,
    prescriptions.medicines,
    coalesce(prescriptions.prescription_value, 0) as prescription_value,
    coalesce(prescriptions.unpriced_prescriptions, 0) as unpriced_prescriptions,
    coalesce(bills.bill_count, 0) as bill_count,
    bills.first_billing_date,
    coalesce(bills.billed_amount, 0) as billed_amount,
    coalesce(bills.paid_amount, 0) as paid_amount,
    coalesce(bills.billed_amount, 0) - coalesce(bills.paid_amount, 0) as outstanding_amount,
    case
        when bills.visit_id is null then 'Not billed'
        when bills.paid_bills = bills.bill_count then 'Paid'
        when bills.paid_bills > 0 then 'Partly paid'
        else 'Outstanding'
    end as payment_status,
    {{ days_between('visits.visit_day', 'bills.first_billing_date') }} as days_to_bill,
    coalesce(visits.visit_cost, 0) + coalesce(prescriptions.prescription_value, 0) as total_episode_cost
from visits
left join prescriptions on visits.visit_id = prescriptions.visit_id
left join bills on visits.visit_id = bills.visit_id
left join visits_of on visits.patient_id = visits_of.patient_id
