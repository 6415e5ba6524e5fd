-- Which published figures do ours agree with?
-- match is within rounding; bound_holds: the source says `more than`, and ours is more. On a sample
-- lake this says nothing about the market, because the simulator was scaled to these figures; it
-- only checks the pipeline.
select
    status,
    reason,
    count(*) as facts,
    max(abs(difference_pct)) as largest_difference_pct
from rpt_vendor_reconciliation
group by status, reason
order by facts desc, status asc, reason asc
