select
    medicine_id,
    hospital_id,
    name as medicine_name,
    category,
    manufacturer,
    price,
    updated_at
from {{ ref('_hospital_medicines') }}
