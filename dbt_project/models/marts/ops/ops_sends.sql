select
    edition,
    recipient_id,
    kind,
    locale,
    state,
    claimed_at,
    settled_at
from {{ ref('stg_ops__sends') }}
