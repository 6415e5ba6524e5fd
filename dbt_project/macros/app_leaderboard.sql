{#- Apps ranked within a geography and period; cadence is weekly or monthly. -#}
{% macro app_leaderboard(cadence) %}
with

markets as (
    select *
    from {{ ref('rpt_market_size_' ~ cadence) }}
),

-- Ranks are compared with the whole period just before; without one nobody has moved.
bases as (
    select
        geography,
        period_start_on as previous_start_on,
        cast({{ dateadd('day', 1, 'period_end_on') }} as date) as period_start_on
    from markets
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

-- Who has a place in a period, or had one in the whole period just before.
candidates as (
    select
        geography,
        period_start_on,
        app_id
    from ranked

    union distinct

    select
        bases.geography,
        bases.period_start_on,
        ranked.app_id
    from bases
    inner join ranked
        on
            bases.geography = ranked.geography
            and bases.previous_start_on = ranked.period_start_on
),

placed as (
    select
        markets.*,
        bases.previous_start_on,
        candidates.app_id,
        ranked.revenue_usd as app_revenue_usd,
        ranked.downloads as app_downloads,
        ranked.revenue_rank,
        ranked.downloads_rank
    from markets
    inner join candidates
        on
            markets.geography = candidates.geography
            and markets.period_start_on = candidates.period_start_on
    left join ranked
        on
            candidates.geography = ranked.geography
            and candidates.period_start_on = ranked.period_start_on
            and candidates.app_id = ranked.app_id
    left join bases
        on
            markets.geography = bases.geography
            and markets.period_start_on = bases.period_start_on
            and {{ is_whole('markets') }}
),

-- Apps that the universe does not have throughout both periods have not moved.
unlike as (
    select
        markets.geography,
        markets.period_start_on,
        bases.previous_start_on,
        apps.app_id,
        case
            when {{ was_added('apps', 'bases.previous_start_on', 'markets.period_end_on') }}
                then 'added'
            else 'removed'
        end as universe_change
    from markets
    inner join bases
        on
            markets.geography = bases.geography
            and markets.period_start_on = bases.period_start_on
            and {{ is_whole('markets') }}
    inner join {{ ref('int_apps') }} as apps
        on
            {{ was_added('apps', 'bases.previous_start_on', 'markets.period_end_on') }}
            or {{ was_removed('apps', 'bases.previous_start_on', 'markets.period_end_on') }}
),

-- Nor do they move the apps below them, which are compared by their places without them.
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
        placed.*,
        previous.revenue_rank as previous_revenue_rank,
        unlike.universe_change,
        case
            when unlike.app_id is null
                then
                    cast(
                        (previous.revenue_rank - coalesce(below_before.places, 0))
                        - (placed.revenue_rank - coalesce(below_now.places, 0)) as int
                    )
        end as revenue_rank_change
    from placed
    left join ranked as previous
        on
            placed.geography = previous.geography
            and placed.previous_start_on = previous.period_start_on
            and placed.app_id = previous.app_id
    left join unlike
        on
            placed.geography = unlike.geography
            and placed.period_start_on = unlike.period_start_on
            and placed.app_id = unlike.app_id
    left join places_below_unlike as below_now
        on
            placed.geography = below_now.geography
            and placed.app_id = below_now.app_id
            and placed.period_start_on = below_now.period_start_on
            and placed.period_start_on = below_now.ranked_start_on
    left join places_below_unlike as below_before
        on
            placed.geography = below_before.geography
            and placed.app_id = below_before.app_id
            and placed.period_start_on = below_before.period_start_on
            and placed.previous_start_on = below_before.ranked_start_on
)

select
    moved.period_start_on,
    moved.period_end_on,
    moved.period_label,
    moved.geography,
    moved.geography_level,
    moved.vendor,
    moved.revenue_basis,
    moved.currency,
    moved.app_id,
    apps.app_name,
    apps.publisher,
    moved.revenue_rank,
    moved.app_revenue_usd as revenue_usd,
    {{ share_pct('moved.app_revenue_usd', 'moved.revenue_usd') }} as revenue_share_pct,
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
    moved.completeness_ratio,
    moved.is_sample
from moved
inner join {{ ref('int_apps') }} as apps
    on moved.app_id = apps.app_id
-- Who is out of the universe, or of a period that is not whole, has not left the market.
where
    moved.revenue_rank is not null
    or (moved.previous_start_on is not null and moved.universe_change is null)
{% endmacro %}
