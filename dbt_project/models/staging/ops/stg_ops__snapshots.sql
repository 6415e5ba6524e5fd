select
    snapshot_id,
    published_at,
    fingerprint,
    previous_snapshot_id,
    warnings
from {{ source('ops', 'snapshots') }}
