select * from {{ source('minis', 'catalog') }}
