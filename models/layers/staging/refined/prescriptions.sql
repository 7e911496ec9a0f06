-- Each pair of a dosage and a duration as written is understood once, however many prescriptions share it.
with spellings as (
    select distinct
        coalesce(dosage, '') as dosage,
        coalesce(duration, '') as duration
    from {{ ref('_hospital_prescriptions') }}
),

understood as (
    select
        dosage,
        duration,
        {{ units_per_day('dosage') }} as units_per_day,
        {{ duration_days('duration') }} as duration_days
    from spellings
),

priced as (
    select
        dosage,
        duration,
        units_per_day,
        duration_days,
        units_per_day * duration_days as units_in_all
    from understood
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
    priced.duration_days,
    priced.units_per_day,
    priced.units_in_all,
    written.prescribed_at,
    written.stopped_at,
    written.updated_at
from {{ ref('_hospital_prescriptions') }} as written
left join priced
    on coalesce(written.dosage, '') = priced.dosage and coalesce(written.duration, '') = priced.duration
