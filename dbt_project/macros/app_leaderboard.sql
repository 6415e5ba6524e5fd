{#- Apps ranked within a geography and period; cadence is weekly or monthly. -#}
{% macro app_leaderboard(cadence) %}
with

markets as (
    select *
    from {{ ref('rpt_market_size_' ~ cadence) }}
),

-- A complete period is compared with the complete period just before; without one there is no
-- movement.
bases as (
    select
        geography,
        period_start_on,
        cast({{ dateadd('day', 1, 'period_end_on') }} as date) as next_start_on
    from markets
    where {{ is_whole('markets') }}
),

comparisons as (
    select
        markets.geography,
        markets.period_start_on,
        markets.period_end_on,
        bases.period_start_on as previous_start_on
    from markets
    inner join bases
        on
            markets.geography = bases.geography
            and markets.period_start_on = bases.next_start_on
    where {{ is_whole('markets') }}
),

ranked as (
    select
        geography,
        period_start_on,
        app_id,
        revenue_usd,
        downloads,
        cast(
            rank() over (
                partition by geography, period_start_on
                order by revenue_usd desc nulls last, downloads desc nulls last
            ) as int
        ) as revenue_rank,
        cast(
            rank() over (
                partition by geography, period_start_on
                order by downloads desc nulls last, revenue_usd desc nulls last
            ) as int
        ) as downloads_rank
    from {{ ref('int_app_periods') }}
    where
        period_kind = '{{ {"weekly": "week", "monthly": "month"}[cadence] }}'
        and is_active
),

previous as (
    select
        comparisons.geography,
        comparisons.period_start_on,
        ranked.app_id,
        ranked.revenue_rank
    from comparisons
    inner join ranked
        on
            comparisons.geography = ranked.geography
            and comparisons.previous_start_on = ranked.period_start_on
),

-- Apps that have a place in a period, or had one in the period that it is compared with.
candidates as (
    select
        coalesce(ranked.geography, previous.geography) as geography,
        coalesce(ranked.period_start_on, previous.period_start_on) as period_start_on,
        coalesce(ranked.app_id, previous.app_id) as app_id,
        ranked.revenue_usd as app_revenue_usd,
        ranked.downloads as app_downloads,
        ranked.revenue_rank,
        ranked.downloads_rank,
        previous.revenue_rank as previous_revenue_rank
    from ranked
    full outer join previous
        on
            ranked.geography = previous.geography
            and ranked.period_start_on = previous.period_start_on
            and ranked.app_id = previous.app_id
),

-- Apps that are not in the universe throughout both periods have no movement.
unlike as (
    select
        comparisons.geography,
        comparisons.period_start_on,
        comparisons.previous_start_on,
        apps.app_id,
        case
            when {{ was_added('apps', 'comparisons.previous_start_on', 'comparisons.period_end_on') }}
                then 'added'
            else 'removed'
        end as universe_change
    from comparisons
    inner join {{ ref('int_apps') }} as apps
        on
            {{ was_added('apps', 'comparisons.previous_start_on', 'comparisons.period_end_on') }}
            or {{ was_removed('apps', 'comparisons.previous_start_on', 'comparisons.period_end_on') }}
),

-- They do not move the apps below them either, whose places are compared without them.
places_below_unlike as (
    select
        ranked.geography,
        ranked.app_id,
        ranked.period_start_on as ranked_start_on,
        unlike.period_start_on,
        cast(count(*) as int) as places
    from unlike
    inner join ranked as above
        on
            unlike.geography = above.geography
            and unlike.app_id = above.app_id
            and (
                unlike.period_start_on = above.period_start_on
                or unlike.previous_start_on = above.period_start_on
            )
    inner join ranked
        on
            above.geography = ranked.geography
            and above.period_start_on = ranked.period_start_on
            and above.revenue_rank < ranked.revenue_rank
    group by
        ranked.geography,
        ranked.app_id,
        ranked.period_start_on,
        unlike.period_start_on
),

moved as (
    select
        candidates.*,
        comparisons.previous_start_on,
        unlike.universe_change,
        case
            when unlike.app_id is null
                then
                    cast(
                        (candidates.previous_revenue_rank - coalesce(below_before.places, 0))
                        - (candidates.revenue_rank - coalesce(below_now.places, 0)) as int
                    )
        end as revenue_rank_change
    from candidates
    left join comparisons
        on
            candidates.geography = comparisons.geography
            and candidates.period_start_on = comparisons.period_start_on
    left join unlike
        on
            candidates.geography = unlike.geography
            and candidates.period_start_on = unlike.period_start_on
            and candidates.app_id = unlike.app_id
    left join places_below_unlike as below_now
        on
            candidates.geography = below_now.geography
            and candidates.app_id = below_now.app_id
            and candidates.period_start_on = below_now.period_start_on
            and candidates.period_start_on = below_now.ranked_start_on
    left join places_below_unlike as below_before
        on
            candidates.geography = below_before.geography
            and candidates.app_id = below_before.app_id
            and candidates.period_start_on = below_before.period_start_on
            and comparisons.previous_start_on = below_before.ranked_start_on
)

select
    markets.period_start_on,
    markets.period_end_on,
    markets.period_label,
    markets.geography,
    markets.geography_level,
    markets.vendor,
    markets.revenue_basis,
    markets.currency,
    moved.app_id,
    apps.app_name,
    apps.publisher,
    moved.revenue_rank,
    moved.app_revenue_usd as revenue_usd,
    {{ share_pct('moved.app_revenue_usd', 'markets.revenue_usd') }} as revenue_share_pct,
    moved.app_downloads as downloads,
    moved.downloads_rank,
    moved.previous_revenue_rank,
    moved.revenue_rank_change,
    case
        when moved.revenue_rank_change > 0 then 'up'
        when moved.revenue_rank_change < 0 then 'down'
        when moved.revenue_rank_change = 0 then 'same'
        when moved.revenue_rank is null then 'exit'
        when moved.previous_start_on is not null and moved.universe_change is null then 'entrant'
    end as movement,
    moved.universe_change,
    markets.completeness_ratio,
    markets.is_sample
from moved
inner join markets
    on
        moved.geography = markets.geography
        and moved.period_start_on = markets.period_start_on
inner join {{ ref('int_apps') }} as apps
    on moved.app_id = apps.app_id
-- An app that is out of the universe has not left the market.
where moved.revenue_rank is not null or moved.universe_change is null
{% endmacro %}
