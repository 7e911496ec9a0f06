-- Every table is counted by hospital first; the row of all hospitals adds those few rows up.
with clock as (
    select {{ as_of() }} as today
),

visit_days as (
    select
        hospital_id,
        visit_day,
        count(*) as visits,
        sum(visit_cost) as visit_cost,
        count(visit_cost) as costed_visits,
        max(visit_date) as last_visit_at
    from {{ ref('visits') }}
    group by 1, 2
),

bill_days as (
    select
        hospital_id,
        billing_date,
        count(*) as bills,
        sum(total_amount) as billed,
        count(total_amount) as priced_bills,
        sum(paid_amount) as paid,
        sum(outstanding_amount) as outstanding
    from {{ ref('billing') }}
    group by 1, 2
),

people as (
    select hospital_id, 'patient' as kind, count(*) as items from {{ ref('patients') }} group by 1, 2
    union all
    select hospital_id, 'doctor' as kind, count(*) as items from {{ ref('doctors') }} group by 1, 2
    union all
    select hospital_id, 'medicine' as kind, count(*) as items from {{ ref('medicines') }} group by 1, 2
),

people_of as (
    select
        hospital_id,
        sum(case when kind = 'patient' then items else 0 end) as patients,
        sum(case when kind = 'doctor' then items else 0 end) as doctors,
        sum(case when kind = 'medicine' then items else 0 end) as medicines
    from people
    group by 1
),

visits_of as (
    select
        visit_days.hospital_id,
        sum(visit_days.visits) as visits,
        sum(case when visit_days.visit_day = clock.today then visit_days.visits else 0 end) as visits_today,
        sum(case when visit_days.visit_day > {{ days_before('clock.today', 7) }} and visit_days.visit_day <= clock.today then visit_days.visits else 0 end) as visits_7d,
        sum(case when visit_days.visit_day > {{ days_before('clock.today', 30) }} and visit_days.visit_day <= clock.today then visit_days.visits else 0 end) as visits_30d,
        sum(
            case
                when visit_days.visit_day > {{ days_before('clock.today', 60) }} and visit_days.visit_day <= {{ days_before('clock.today', 30) }}
                    then visit_days.visits
                else 0
            end
        ) as visits_previous_30d,
        sum(visit_days.visit_cost) as visit_cost,
        sum(visit_days.costed_visits) as costed_visits,
        min(visit_days.visit_day) as first_visit_date,
        max(visit_days.last_visit_at) as last_visit_at
    from visit_days
    cross join clock
    group by 1
),

bills_of as (
    select
        bill_days.hospital_id,
        sum(bill_days.bills) as bills,
        sum(bill_days.billed) as billed,
        sum(bill_days.priced_bills) as priced_bills,
        sum(bill_days.paid) as paid,
        sum(bill_days.outstanding) as outstanding,
        sum(case when {{ month_of('bill_days.billing_date') }} = {{ month_of('clock.today') }} then bill_days.billed else 0 end) as billed_this_month,
        sum(
            case
                when {{ month_of('bill_days.billing_date') }} = {{ month_of(days_before(month_of('clock.today'), 1)) }} then bill_days.billed
                else 0
            end
        ) as billed_last_month
    from bill_days
    cross join clock
    group by 1
),

prescriptions_of as (
    select
        hospital_id,
        count(*) as prescriptions,
        count(stopped_at) as stopped_prescriptions,
        sum(prescription_value) as prescription_value,
        {{ count_if('prescription_value is null') }} as unpriced_prescriptions
    from {{ ref('prescriptions_enhanced') }}
    group by 1
),

hospitals as (
    select hospital_id from people_of
    union distinct
    select hospital_id from visits_of
    union distinct
    select hospital_id from bills_of
    union distinct
    select hospital_id from prescriptions_of
),

figures as (
    select
        hospitals.hospital_id,
        people_of.patients,
        people_of.doctors,
        people_of.medicines,
        visits_of.visits,
        visits_of.visits_today,
        visits_of.visits_7d,
        visits_of.visits_30d,
        visits_of.visits_previous_30d,
        visits_of.visit_cost,
        visits_of.costed_visits,
        visits_of.first_visit_date,
        visits_of.last_visit_at,
        bills_of.bills,
        bills_of.billed,
        bills_of.priced_bills,
        bills_of.paid,
        bills_of.outstanding,
        bills_of.billed_this_month,
        bills_of.billed_last_month,
        prescriptions_of.prescriptions,
        prescriptions_of.stopped_prescriptions,
        prescriptions_of.prescription_value,
        prescriptions_of.unpriced_prescriptions
    from hospitals
    left join people_of on hospitals.hospital_id = people_of.hospital_id
    left join visits_of on hospitals.hospital_id = visits_of.hospital_id
    left join bills_of on hospitals.hospital_id = bills_of.hospital_id
    left join prescriptions_of on hospitals.hospital_id = prescriptions_of.hospital_id
),

every_row as (
    select * from figures
    union all
    select
        'all' as hospital_id,
        {%- for figure in ['patients', 'doctors', 'medicines', 'visits', 'visits_today', 'visits_7d', 'visits_30d', 'visits_previous_30d', 'visit_cost', 'costed_visits'] %}
        sum({{ figure }}) as {{ figure }},
        {%- endfor %}
        min(first_visit_date) as first_visit_date,
        max(last_visit_at) as last_visit_at
        {%- for figure in ['bills', 'billed', 'priced_bills', 'paid', 'outstanding', 'billed_this_month', 'billed_last_month', 'prescriptions', 'stopped_prescriptions', 'prescription_value', 'unpriced_prescriptions'] %},
        sum({{ figure }}) as {{ figure }}
        {%- endfor %}
    from figures
)

select
    every_row.hospital_id,
    clock.today as as_of_date,
    {%- for figure in ['patients', 'doctors', 'medicines', 'visits', 'visits_today', 'visits_7d', 'visits_30d', 'visits_previous_30d'] %}
    cast(coalesce({{ figure }}, 0) as {{ dbt.type_bigint() }}) as {{ figure }},
    {%- endfor %}
    coalesce(visit_cost, 0) as total_visit_cost,
    {{ mean('visit_cost', 'costed_visits') }} as avg_visit_cost,
    cast(coalesce(bills, 0) as {{ dbt.type_bigint() }}) as bills,
    coalesce(billed, 0) as total_billed,
    coalesce(paid, 0) as total_paid,
    coalesce(outstanding, 0) as total_outstanding,
    {{ percent('paid', 'billed') }} as collection_rate,
    {{ mean('billed', 'priced_bills') }} as avg_bill_amount,
    coalesce(billed_this_month, 0) as billed_this_month,
    coalesce(billed_last_month, 0) as billed_last_month,
    cast(coalesce(prescriptions, 0) as {{ dbt.type_bigint() }}) as prescriptions,
    cast(coalesce(stopped_prescriptions, 0) as {{ dbt.type_bigint() }}) as stopped_prescriptions,
    coalesce(prescription_value, 0) as total_prescription_value,
    cast(coalesce(unpriced_prescriptions, 0) as {{ dbt.type_bigint() }}) as unpriced_prescriptions,
    first_visit_date,
    last_visit_at
from every_row
cross join clock
