select
    product_id,
    country_code,
    estimated_on,
    downloads,
    revenue,
    currency,
    load_id,
    said_at,
    is_sample
from {{ source('appfigures', 'estimates') }}
