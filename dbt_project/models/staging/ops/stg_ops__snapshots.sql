select * from {{ source('ops', 'snapshots') }}
