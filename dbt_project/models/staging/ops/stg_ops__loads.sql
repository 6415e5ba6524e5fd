select
    *,
    rows as row_count
from {{ source('ops', 'loads') }}
