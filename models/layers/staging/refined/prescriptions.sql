-- Each pair of a dosage and a duration as written is understood once, however many prescriptions share it.
with spellings as (
    select
        dosage,
        duration,
        {{ units_per_day('dosage') }} as units_per_day,
        {{ duration_days('duration') }} as duration_days
    from (
        select distinct
            coalesce(dosage, '') as dosage,
            coalesce(duration, '') as duration
        from {{ ref('_hospital_prescriptions') }}
    ) as pairs
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
    spellings.duration_days,
    spellings.units_per_day,
    written.prescribed_at,
    written.stopped_at,
    written.updated_at
from {{ ref('_hospital_prescriptions') }} as written
left join spellings
    on coalesce(written.dosage, '') = spellings.dosage and coalesce(written.duration, '') = spellings.duration
