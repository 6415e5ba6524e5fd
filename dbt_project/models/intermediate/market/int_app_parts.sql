{{ config(
    materialized='incremental',
    incremental_strategy='by_month',
    event_time='month_start_on',
    on_schema_change='fail',
) }}

select
    estimates.app_id,
    estimates.country_code,
    days.month_start_on,
    days.part_on,
    cast(sum(estimates.downloads) as bigint) as downloads,
    cast(sum(estimates.revenue_usd) as decimal(18, 2)) as revenue_usd
from {{ ref('int_app_estimates_daily') }} as estimates
inner join {{ ref('int_day_parts') }} as days
    on estimates.estimated_on = days.date_on
group by
    estimates.app_id,
    estimates.country_code,
    days.month_start_on,
    days.part_on
