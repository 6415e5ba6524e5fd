with

covered as (
    select
        date_on,
        {{ listagg('country_code', "' '", 'order by country_code') }} as countries
    from {{ ref('int_deciding_slices') }}
    where dataset = 'appfigures.estimates'
    group by date_on
),

dated as (
    select
        date_on,
        countries,
        cast({{ date_trunc('month', 'date_on') }} as date) as month_start_on,
        cast({{ date_trunc('week', 'date_on') }} as date) as week_start_on
    from covered
)

select
    date_on,
    month_start_on,
    min(date_on) over (partition by month_start_on, week_start_on, countries) as part_on
from dated
