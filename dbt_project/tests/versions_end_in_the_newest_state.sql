-- The state after all statements is exactly what fct_app_estimates_daily has.
with

standing as (
    select *
    from {{ ref('fct_app_estimates_versions') }}
    where
        {{ as_known_at("cast('9999-12-31' as timestamp)") }}
        and {{ in_touched_months('estimated_on') }}
),

daily as (
    select *
    from {{ ref('fct_app_estimates_daily') }}
    where {{ in_touched_months('estimated_on') }}
)

select
    coalesce(daily.app_id, standing.app_id) as app_id,
    coalesce(daily.country_code, standing.country_code) as country_code,
    coalesce(daily.store, standing.store) as store,
    coalesce(daily.estimated_on, standing.estimated_on) as estimated_on
from daily
full outer join standing
    on
        daily.app_id = standing.app_id
        and daily.country_code = standing.country_code
        and daily.store = standing.store
        and daily.estimated_on = standing.estimated_on
        and daily.vendor = standing.vendor
        and daily.downloads = standing.downloads
        and daily.revenue_usd = standing.revenue_usd
where daily.app_id is null or standing.app_id is null
