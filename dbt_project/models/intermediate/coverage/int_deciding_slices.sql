with

covered as (
    select
        coverage.dataset,
        coverage.country_code,
        calendar.date_on,
        coverage.load_id,
        coverage.said_at,
        coverage.is_sample,
        row_number() over (
            partition by coverage.dataset, coverage.country_code, calendar.date_on
            order by coverage.said_at desc nulls last, coverage.load_seq desc nulls last
        ) as recency
    from {{ ref('stg_lake__load_coverage') }} as coverage
    inner join {{ ref('int_calendar_days') }} as calendar
        on calendar.date_on between coverage.start_on and coverage.end_on
    where coverage.country_code is not null
)

select
    dataset,
    country_code,
    date_on,
    load_id,
    said_at,
    is_sample,
    case
        when {{ datediff('date_on', 'cast(said_at as date)', 'day') }} < {{ var('settle_days') }}
            then 'provisional'
        else 'settled'
    end as maturity
from covered
where recency = 1
