-- Which published figures can ours not be compared with, and why?
-- Another vendor, basis, scope or window: there is no percentage, and you should not compute one.
select
    vendor,
    metric,
    geography,
    period,
    published_value,
    unit,
    reason,
    source
from rpt_vendor_reconciliation
where not comparable
order by vendor, metric, period, geography
