-- Are the leading apps in TikTok Minis, and how else do they reach viewers?
-- `unknown` means that no source says yes or no; it is not `absent`.
select
    month_start_on,
    leader,
    route,
    status,
    published_on,
    source
from rpt_minis_leaders
order by month_start_on desc, leader asc, route asc
