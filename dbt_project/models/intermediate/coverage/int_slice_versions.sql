with

covered as (
    select
        coverage.dataset,
        coverage.country_code,
        calendar.date_on,
        coverage.load_id,
        coverage.load_seq,
        coverage.said_at,
        coverage.accepted_at,
        coverage.is_sample,
        row_number() over (
            partition by coverage.dataset, coverage.country_code, calendar.date_on
            order by coverage.said_at asc nulls first, coverage.load_seq asc nulls first
        ) as said_order
    from {{ ref('stg_lake__load_coverage') }} as coverage
    inner join {{ ref('int_calendar_days') }} as calendar
        on calendar.date_on between coverage.start_on and coverage.end_on
    where coverage.country_code is not null
),

accepted as (
    select
        *,
        max(said_order) over (
            partition by dataset, country_code, date_on
            order by accepted_at asc nulls first, load_seq asc nulls first
            rows between unbounded preceding and current row
        ) as newest_said_order
    from covered
),

-- A replay of something older than what was already known has never decided.
deciding as (
    select
        *,
        lead(accepted_at) over (
            partition by dataset, country_code, date_on
            order by said_order asc nulls first
        ) as known_to_at
    from accepted
    where said_order = newest_said_order
),

-- Nor has a load whose successor was accepted at the same instant.
known as (
    select *
    from deciding
    where known_to_at is null or known_to_at > accepted_at
)

select
    dataset,
    country_code,
    date_on,
    cast(
        row_number() over (
            partition by dataset, country_code, date_on
            order by said_order asc nulls first
        ) as int
    ) as version_number,
    accepted_at as known_from_at,
    known_to_at,
    load_id,
    said_at,
    is_sample
from known
