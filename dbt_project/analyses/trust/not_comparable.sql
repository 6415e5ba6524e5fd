-- Which published figures can ours not be held against, and why?
-- Another vendor, basis, scope or window: there is no percentage, and none should be made.
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
