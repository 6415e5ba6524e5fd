select
    *,
    subtype as chart,
    rank as chart_rank
from {{ source('appfigures', 'ranks') }}
