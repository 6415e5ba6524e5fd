with

first_estimates as (
    select
        app_id,
        min(estimated_on) as first_seen_on
    from {{ ref('fct_app_estimates_daily') }}
    group by app_id
)

select
    apps.app_id,
    apps.app_name,
    apps.publisher,
    apps.stores,
    first_estimates.first_seen_on,
    not apps.is_never_in
    and cast({{ built_at() }} as date)
    between coalesce(apps.in_from_on, cast('0001-01-01' as date))
    and coalesce(apps.in_to_on, cast('9999-12-31' as date)) as in_universe,
    apps.in_from_on as in_universe_from_on,
    apps.in_to_on as in_universe_to_on,
    apps.universe_reason,
    apps.is_sample
from {{ ref('int_apps') }} as apps
left join first_estimates
    on apps.app_id = first_estimates.app_id
