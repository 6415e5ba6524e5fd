with

app_days as (
    select
        estimates.app_id,
        days.geography,
        days.date_on,
        cast(sum(members.sign * estimates.downloads) as bigint) as downloads,
        cast(sum(members.sign * estimates.revenue_usd) as decimal(18, 2)) as revenue_usd
    from {{ ref('int_app_estimates_daily') }} as estimates
    inner join {{ ref('int_geography_members') }} as members
        on estimates.country_code = members.country_code
    inner join {{ ref('int_geography_days') }} as days
        on
            members.geography = days.geography
            and estimates.estimated_on = days.date_on
    group by estimates.app_id, days.geography, days.date_on
),

summed as (
    select
        app_days.app_id,
        app_days.geography,
        periods.period_kind,
        periods.period_start_on,
        cast(sum(app_days.downloads) as bigint) as downloads,
        cast(sum(app_days.revenue_usd) as decimal(18, 2)) as revenue_usd
    from app_days
    inner join {{ ref('int_period_days') }} as periods
        on app_days.date_on = periods.date_on
    group by
        app_days.app_id,
        app_days.geography,
        periods.period_kind,
        periods.period_start_on
)

select
    app_id,
    geography,
    period_kind,
    period_start_on,
    downloads,
    revenue_usd,
    downloads > 0 or revenue_usd > 0 as is_active
from summed
