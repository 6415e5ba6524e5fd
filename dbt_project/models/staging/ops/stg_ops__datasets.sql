select * from {{ source('ops', 'datasets') }}
