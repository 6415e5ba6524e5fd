select
    edition,
    recipient_id,
    locale,
    state,
    claimed_at,
    settled_at
from {{ source('ops', 'sends') }}
