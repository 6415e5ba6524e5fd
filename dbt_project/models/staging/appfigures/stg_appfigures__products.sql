select
    product_id,
    unified_app_id,
    unified_app_name,
    unified_publisher,
    name as product_name,
    developer,
    store,
    storefront,
    vendor_identifier,
    product_type,
    released_on,
    added_on,
    is_active,
    load_id,
    said_at,
    is_sample
from {{ source('appfigures', 'products') }}
