{{ config(
    materialized='incremental',
    incremental_strategy='by_month',
    event_time='month_start_on',
    on_schema_change='fail',
) }}

select
    estimates.app_id,
    days.geography,
    cast({{ date_trunc('month', 'days.date_on') }} as date) as month_start_on,
    cast({{ date_trunc('week', 'days.date_on') }} as date) as week_start_on,
    cast(sum(members.sign * estimates.downloads) as bigint) as downloads,
    cast(sum(members.sign * estimates.revenue_usd) as decimal(18, 2)) as revenue_usd
from {{ ref('int_app_estimates_daily') }} as estimates
inner join {{ ref('int_geography_members') }} as members
    on estimates.country_code = members.country_code
inner join {{ ref('int_geography_days') }} as days
    on
        members.geography = days.geography
        and estimates.estimated_on = days.date_on
group by
    estimates.app_id,
    days.geography,
    cast({{ date_trunc('month', 'days.date_on') }} as date),
    cast({{ date_trunc('week', 'days.date_on') }} as date)
