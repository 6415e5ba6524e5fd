select * from {{ source('ops', 'pulls') }}
