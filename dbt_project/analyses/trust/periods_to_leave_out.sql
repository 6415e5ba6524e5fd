-- Which months and quarters should not be compared?
-- Incomplete: some days are not covered. Provisional: some days were asked for too early.
select
    period_label,
    geography,
    completeness_ratio,
    maturity
from rpt_market_size_monthly
where completeness_ratio < 1 or maturity = 'provisional'
union all
select
    period_label,
    geography,
    completeness_ratio,
    maturity
from rpt_market_size_quarterly
where completeness_ratio < 1 or maturity = 'provisional'
order by period_label, geography
