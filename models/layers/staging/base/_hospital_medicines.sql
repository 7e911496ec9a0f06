select
    medicine_id,
    name,
    category,
    manufacturer,
    price,
    hospital_id,
    updated_at
from {{ source('hospital', 'medicines') }}
where not _deleted
