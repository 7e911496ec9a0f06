select
    canary_id,
    beat,
    beat_at
from {{ ref('_hospital_line_canary') }}
