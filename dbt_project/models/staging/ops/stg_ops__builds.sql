select * from {{ source('ops', 'builds') }}
