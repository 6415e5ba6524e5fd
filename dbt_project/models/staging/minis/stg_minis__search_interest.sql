select
    window_start_on,
    window_end_on,
    market,
    subject,
    growth_ratio,
    growth_is_lower_bound,
    compared_with,
    in_top_100,
    hashtag_views,
    hashtag_views_is_lower_bound,
    published_on,
    source,
    load_id,
    said_at,
    is_sample
from {{ source('minis', 'search_interest') }}
