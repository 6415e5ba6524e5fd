select * from {{ source('minis', 'search_interest') }}
