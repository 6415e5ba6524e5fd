select
    *,
    cast(as_of_at as date) as as_of_on
from {{ source('tiktok', 'hashtags') }}
