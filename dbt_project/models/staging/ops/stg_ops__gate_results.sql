select
    *,
    rows as row_count
from {{ source('ops', 'gate_results') }}
