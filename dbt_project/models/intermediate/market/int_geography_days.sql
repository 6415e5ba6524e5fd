select
    members.geography,
    slices.date_on,
    bool_or(slices.maturity = 'provisional') as is_provisional,
    bool_or(slices.is_sample) as is_sample
from {{ ref('int_geography_members') }} as members
inner join {{ ref('int_deciding_slices') }} as slices
    on
        members.country_code = slices.country_code
        and slices.dataset = 'appfigures.estimates'
group by members.geography, slices.date_on
having count(*) = max(members.member_count)
