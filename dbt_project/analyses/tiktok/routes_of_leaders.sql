-- Are the leading apps in TikTok Minis, and how else do they reach viewers?
-- `unknown` is not `absent`: no source says either.
select
    month_start_on,
    leader,
    route,
    status,
    published_on,
    source
from rpt_minis_leaders
order by month_start_on desc, leader asc, route asc
