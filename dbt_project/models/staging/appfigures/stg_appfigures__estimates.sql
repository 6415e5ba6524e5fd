select * from {{ source('appfigures', 'estimates') }}
