-- Which apps count as short-drama apps, and which do not, since when?
-- Those that do not count stay in dim_app with the reason; no other mart holds them.
with named as (
    select
        *,
        if(in_universe, 'all that count', app_name) as apps
    from dim_app
)

select
    apps,
    universe_reason,
    count(*) as app_count,
    min(in_universe_from_on) as in_universe_from_on,
    max(in_universe_to_on) as in_universe_to_on
from named
group by in_universe, apps, universe_reason
order by in_universe, apps, universe_reason
