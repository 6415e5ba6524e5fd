select
    outcome_id,
    fingerprint,
    status,
    ended_at,
    message
from {{ source('ops', 'builds') }}
