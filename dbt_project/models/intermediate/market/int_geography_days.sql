select
    members.geography,
    members.period_kind,
    members.period_start_on,
    days.date_on,
    bool_or(days.is_provisional) as is_provisional,
    bool_or(days.is_sample) as is_sample
from {{ ref('int_geography_members') }} as members
inner join {{ ref('int_covered_days') }} as days
    on
        members.period_kind = days.period_kind
        and members.period_start_on = days.period_start_on
        and members.country_code = days.country_code
group by members.geography, members.period_kind, members.period_start_on, days.date_on
having count(*) = max(members.member_count)
