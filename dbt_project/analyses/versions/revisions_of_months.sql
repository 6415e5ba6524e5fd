-- How far did the vendor move a month after it had first said it?
-- World and countries are separate. A month that was loaded once, as history, has no revisions yet.
select
    month_start_on,
    geography_level,
    first_said_revenue_usd,
    newest_revenue_usd,
    round(revenue_revision_pct, 2) as revenue_revision_pct,
    restatements,
    vanished_estimates,
    last_revised_at
from rpt_estimate_revisions
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
order by month_start_on, geography_level
