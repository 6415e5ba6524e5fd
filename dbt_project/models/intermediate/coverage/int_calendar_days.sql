with

bounds as (
    select
        min(start_on) as first_on,
        max(end_on) as last_on
    from {{ ref('stg_lake__load_coverage') }}
),

numbers as (
    {{ generate_series(16384) }}
),

days as (
    select
        bounds.last_on,
        cast(
            {{ dateadd('day', 'numbers.generated_number - 1', 'bounds.first_on') }} as date
        ) as date_on
    from bounds
    cross join numbers
)

select date_on
from days
where date_on <= last_on
