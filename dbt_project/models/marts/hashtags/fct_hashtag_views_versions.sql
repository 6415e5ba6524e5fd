{%- set of_a_day = 'partition by provider, hashtag_id, country_code, viewed_on' -%}

with

said as (
    select
        *,
        lag(views) over (
            {{ of_a_day }}
            order by said_at asc nulls first, load_seq asc nulls first
        ) as said_views_before,
        lag(chart_rank) over (
            {{ of_a_day }}
            order by said_at asc nulls first, load_seq asc nulls first
        ) as said_rank_before,
        lag(accepted_at) over (
            {{ of_a_day }}
            order by said_at asc nulls first, load_seq asc nulls first
        ) as accepted_before_at
    from {{ ref('int_hashtag_views_said') }}
),

-- Each pull repeats 30 days. What came in after the statement that it repeats is no news, and
-- without it the rest is a tenth of the rows.
ordered as (
    select
        *,
        row_number() over (
            {{ of_a_day }}
            order by said_at asc nulls first, load_seq asc nulls first
        ) as said_order
    from said
    where
        accepted_before_at is null
        or accepted_before_at > accepted_at
        or views <> said_views_before
        or coalesce(chart_rank, 0) <> coalesce(said_rank_before, 0)
),

accepted as (
    select
        *,
        max(said_order) over (
            {{ of_a_day }}
            order by accepted_at asc nulls first, load_seq asc nulls first
            rows between unbounded preceding and current row
        ) as newest_said_order
    from ordered
),

-- A replay of something older than what was known already has never been the newest.
newest as (
    select
        *,
        lead(accepted_at) over (
            {{ of_a_day }}
            order by said_order asc nulls first
        ) as superseded_at
    from accepted
    where said_order = newest_said_order
),

neighbours as (
    select
        *,
        lag(views) over (
            {{ of_a_day }}
            order by said_order asc nulls first
        ) as views_before,
        lag(chart_rank) over (
            {{ of_a_day }}
            order by said_order asc nulls first
        ) as chart_rank_before
    from newest
    -- Nor has one whose successor was let in at the same instant.
    where superseded_at is null or superseded_at > accepted_at
),

changes as (
    select *
    from neighbours
    where
        views_before is null
        or views <> views_before
        or coalesce(chart_rank, 0) <> coalesce(chart_rank_before, 0)
)

select
    hashtag_id,
    country_code,
    viewed_on,
    provider,
    accepted_at as known_from_at,
    lead(accepted_at) over (
        {{ of_a_day }}
        order by said_order asc nulls first
    ) as known_to_at,
    cast(
        row_number() over (
            {{ of_a_day }}
            order by said_order asc nulls first
        ) as int
    ) as version_number,
    views,
    chart_rank,
    said_at,
    load_id,
    is_sample
from changes
