select
    product_id,
    country_code,
    category_id,
    category_name,
    device,
    subtype as chart,
    ranked_on,
    rank as chart_rank,
    load_id,
    said_at,
    is_sample
from {{ source('appfigures', 'ranks') }}
