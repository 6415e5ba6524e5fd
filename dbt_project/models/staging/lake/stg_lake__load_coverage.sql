select * from {{ source('lake', 'load_coverage') }}
