select
    canary_id,
    beat,
    beat_at
from {{ source('hospital', 'line_canary') }}
where not _deleted
