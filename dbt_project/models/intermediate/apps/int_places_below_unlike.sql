-- An app that is compared has one row for each of the two periods in which it has a place.
select
    unlike.geography,
    unlike.period_kind,
    unlike.period_start_on,
    ranked.app_id,
    ranked.period_start_on = unlike.period_start_on as is_current,
    cast(count(*) as int) as places
from {{ ref('int_unlike_apps') }} as unlike
inner join {{ ref('int_app_places') }} as above
    on
        unlike.geography = above.geography
        and unlike.period_kind = above.period_kind
        and unlike.app_id = above.app_id
        and (
            unlike.period_start_on = above.period_start_on
            or unlike.previous_start_on = above.period_start_on
        )
inner join {{ ref('int_app_places') }} as ranked
    on
        above.geography = ranked.geography
        and above.period_kind = ranked.period_kind
        and above.period_start_on = ranked.period_start_on
        and above.revenue_rank < ranked.revenue_rank
group by
    unlike.geography,
    unlike.period_kind,
    unlike.period_start_on,
    ranked.app_id,
    ranked.period_start_on = unlike.period_start_on
