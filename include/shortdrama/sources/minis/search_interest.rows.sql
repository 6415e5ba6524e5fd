-- One row per subject, market and window.
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
    source
from answers
