select
    event_id,
    kind,
    starts_on,
    ends_on,
    date_precision,
    geography,
    title_en,
    title_zh,
    source,
    certainty
from {{ ref('market_events') }}
