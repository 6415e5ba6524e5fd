select * from {{ source('ops', 'sends') }}
