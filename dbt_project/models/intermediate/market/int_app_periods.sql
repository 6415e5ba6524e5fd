with

-- Which sums of an app in a country count for which geography and period.
counted as (
    select distinct
        days.geography,
        days.period_kind,
        days.period_start_on,
        members.country_code,
        members.sign,
        parts.part_on
    from {{ ref('int_geography_days') }} as days
    inner join {{ ref('int_day_parts') }} as parts
        on days.date_on = parts.part_on
    inner join {{ ref('int_geography_members') }} as members
        on
            days.geography = members.geography
            and days.period_kind = members.period_kind
            and days.period_start_on = members.period_start_on
),

summed as (
    select
        app_parts.app_id,
        counted.geography,
        counted.period_kind,
        counted.period_start_on,
        cast(sum(counted.sign * app_parts.downloads) as bigint) as downloads,
        cast(sum(counted.sign * app_parts.revenue_usd) as decimal(18, 2)) as revenue_usd
    from {{ ref('int_app_parts') }} as app_parts
    inner join counted
        on
            app_parts.country_code = counted.country_code
            and app_parts.part_on = counted.part_on
    group by
        app_parts.app_id,
        counted.geography,
        counted.period_kind,
        counted.period_start_on
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
