with

compared as (
    select *
    from {{ ref('int_period_bases') }}
    where previous_start_on is not null
),

previous as (
    select
        compared.geography,
        compared.period_kind,
        compared.period_start_on,
        places.app_id,
        places.revenue_rank
    from compared
    inner join {{ ref('int_app_places') }} as places
        on
            compared.geography = places.geography
            and compared.period_kind = places.period_kind
            and compared.previous_start_on = places.period_start_on
),

-- Apps that have a place in a period, or had one in the period that it is compared with.
candidates as (
    select
        coalesce(places.geography, previous.geography) as geography,
        coalesce(places.period_kind, previous.period_kind) as period_kind,
        coalesce(places.period_start_on, previous.period_start_on) as period_start_on,
        coalesce(places.app_id, previous.app_id) as app_id,
        places.revenue_usd,
        places.downloads,
        places.revenue_rank,
        places.downloads_rank,
        previous.revenue_rank as previous_revenue_rank
    from {{ ref('int_app_places') }} as places
    full outer join previous
        on
            places.geography = previous.geography
            and places.period_kind = previous.period_kind
            and places.period_start_on = previous.period_start_on
            and places.app_id = previous.app_id
),

-- Who is not in the universe throughout both periods has no movement, and does not move the apps
-- below it either: their places are compared without it.
moved as (
    select
        candidates.*,
        compared.previous_start_on is not null as is_compared,
        case
            when unlike.is_added then 'added'
            when unlike.app_id is not null then 'removed'
        end as universe_change,
        case
            when unlike.app_id is null
                then
                    cast(
                        (candidates.previous_revenue_rank - coalesce(below_before.places, 0))
                        - (candidates.revenue_rank - coalesce(below_now.places, 0)) as int
                    )
        end as revenue_rank_change
    from candidates
    left join compared
        on
            candidates.geography = compared.geography
            and candidates.period_kind = compared.period_kind
            and candidates.period_start_on = compared.period_start_on
    left join {{ ref('int_unlike_apps') }} as unlike
        on
            candidates.geography = unlike.geography
            and candidates.period_kind = unlike.period_kind
            and candidates.period_start_on = unlike.period_start_on
            and candidates.app_id = unlike.app_id
    left join {{ ref('int_places_below_unlike') }} as below_now
        on
            below_now.is_current
            and candidates.geography = below_now.geography
            and candidates.period_kind = below_now.period_kind
            and candidates.period_start_on = below_now.period_start_on
            and candidates.app_id = below_now.app_id
    left join {{ ref('int_places_below_unlike') }} as below_before
        on
            not below_before.is_current
            and candidates.geography = below_before.geography
            and candidates.period_kind = below_before.period_kind
            and candidates.period_start_on = below_before.period_start_on
            and candidates.app_id = below_before.app_id
)

select
    geography,
    period_kind,
    period_start_on,
    app_id,
    revenue_usd,
    downloads,
    revenue_rank,
    downloads_rank,
    previous_revenue_rank,
    revenue_rank_change,
    case
        when revenue_rank_change > 0 then 'up'
        when revenue_rank_change < 0 then 'down'
        when revenue_rank_change = 0 then 'same'
        when revenue_rank is null then 'exit'
        when is_compared and universe_change is null then 'entrant'
    end as movement,
    universe_change
from moved
-- An app that is out of the universe has not left the market.
where revenue_rank is not null or universe_change is null
