select
    outcome_id,
    fingerprint,
    status,
    ended_at as began_at,
    message
from {{ ref('stg_ops__builds') }}
