select
    product_id,
    app_id,
    listing_id,
    app_name,
    publisher,
    store,
    said_at,
    load_seq,
    is_sample
from {{ ref('int_listed_products') }}
