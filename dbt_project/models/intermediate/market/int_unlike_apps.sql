with

compared as (
    select
        bases.geography,
        bases.period_kind,
        bases.period_start_on,
        bases.previous_start_on,
        apps.app_id,
        {{ was_added('apps', 'bases.previous_start_on', 'bases.period_end_on') }} as is_added,
        {{ was_removed('apps', 'bases.previous_start_on', 'bases.period_end_on') }} as is_removed
    from {{ ref('int_period_bases') }} as bases
    cross join {{ ref('int_apps') }} as apps
    where
        bases.no_growth_reason is null
        and (apps.in_from_on is not null or apps.in_to_on is not null)
)

select
    geography,
    period_kind,
    period_start_on,
    previous_start_on,
    app_id,
    is_added,
    is_removed
from compared
where is_added or is_removed
