select * from {{ source('lake', 'load_vendors') }}
