-- Which apps do not count as short-drama apps, and since when?
-- They stay in dim_app with the reason; no other mart holds them.
select
    app_name,
    publisher,
    stores,
    in_universe_from_on,
    in_universe_to_on,
    universe_reason
from dim_app
where not in_universe
order by app_name
