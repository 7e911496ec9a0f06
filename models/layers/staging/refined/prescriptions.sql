-- Each spelling of a duration or dosage is parsed once, however many prescriptions share it.
with written as (
    select
        prescription_id,
        hospital_id,
        patient_id,
        doctor_id,
        visit_id,
        medicine_id,
        dosage,
        duration,
        prescribed_at,
        stopped_at,
        updated_at
    from {{ ref('_hospital_prescriptions') }}
),

durations as (
    select
        duration,
        {{ duration_days('duration') }} as duration_days
    from (select distinct duration from written) as spellings
),

dosages as (
    select
        dosage,
        {{ units_per_day('dosage') }} as units_per_day
    from (select distinct dosage from written) as spellings
)

select
    written.prescription_id,
    written.hospital_id,
    written.patient_id,
    written.doctor_id,
    written.visit_id,
    written.medicine_id,
    written.dosage,
    written.duration,
    durations.duration_days,
    dosages.units_per_day,
    written.prescribed_at,
    written.stopped_at,
    written.updated_at
from written
left join durations on written.duration = durations.duration
left join dosages on written.dosage = dosages.dosage
