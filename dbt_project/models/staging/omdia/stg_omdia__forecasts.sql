select * from {{ source('omdia', 'forecasts') }}
