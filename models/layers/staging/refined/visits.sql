select
    visit_id,
    hospital_id,
    patient_id,
    doctor_id,
    visit_date,
    {{ utc_date('visit_date') }} as visit_day,
    nullif(trim(diagnosis), '') as diagnosis,
    total_cost as visit_cost,
    case
        when total_cost is null then 'Unknown'
        when total_cost >= {{ var('high_cost_visit') }} then 'High-cost visit'
        when total_cost >= {{ var('medium_cost_visit') }} then 'Medium-cost visit'
        else 'Low-cost visit'
    end as cost_category,
    updated_at
from {{ ref('_hospital_visits') }}
