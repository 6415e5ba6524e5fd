select
    *,
    name as product_name
from {{ source('appfigures', 'products') }}
