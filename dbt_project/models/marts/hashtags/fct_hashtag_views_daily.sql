select
    hashtag_id,
    country_code,
    viewed_on,
    provider,
    views,
    chart_rank,
    version_number,
    known_from_at,
    said_at,
    load_id,
    is_sample
from {{ ref('fct_hashtag_views_versions') }}
where known_to_at is null
