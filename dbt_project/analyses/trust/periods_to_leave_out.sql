-- Which months and quarters are not compared with the one before, and why?
-- Incomplete: some days are not covered. Provisional: some days were asked for too early.
select
    period_label,
    geography,
    completeness_ratio,
    maturity,
    no_growth_reason
from rpt_market_size_monthly
where no_growth_reason is not null
union all
select
    period_label,
    geography,
    completeness_ratio,
    maturity,
    no_growth_reason
from rpt_market_size_quarterly
where no_growth_reason is not null
order by period_label, geography
