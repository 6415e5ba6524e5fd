-- How many dramas and games are there in TikTok Minis?
-- Only those that sources name or count: no source lists all.
select
    month_start_on,
    market,
    drama_apps,
    game_apps,
    named_drama_apps,
    named_game_apps,
    leaders_present,
    leaders_absent,
    leaders_unknown
from rpt_minis_landscape
order by month_start_on desc, market asc
