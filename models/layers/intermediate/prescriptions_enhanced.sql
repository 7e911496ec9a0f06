-- Value = price of one unit x units a day x days; null where the price, the dosage or the duration is not known.
select
    prescriptions.prescription_id,
    prescriptions.hospital_id,
    prescriptions.visit_id,
    prescriptions.patient_id,
    prescriptions.doctor_id,
    prescriptions.medicine_id,
    medicines.medicine_name,
    medicines.category as medicine_category,
    medicines.price,
    prescriptions.dosage,
    prescriptions.duration,
    prescriptions.duration_days,
    prescriptions.units_per_day,
    round(medicines.price * prescriptions.units_in_all, 2) as prescription_value,
    prescriptions.prescribed_at,
    prescriptions.stopped_at
from {{ ref('prescriptions') }} as prescriptions
left join {{ ref('medicines') }} as medicines on prescriptions.medicine_id = medicines.medicine_id
