select
    dataset,
    source
from {{ source('ops', 'datasets') }}
