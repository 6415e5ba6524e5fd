-- Do the countries and Other add up to World ex-China?
-- Differences are zero in complete months: a country that is not covered on every day is in Other.
-- Active apps never add up: one app is in many countries.
select
    period_label,
    sum(case when geography = 'World ex-China' then revenue_usd else 0 end) as total_usd,
    sum(case when geography_level in ('country', 'other') then revenue_usd else 0 end)
        as parts_usd,
    sum(
        case
            when geography = 'World ex-China' then revenue_usd
            when geography_level in ('country', 'other') then -revenue_usd
            else 0
        end
    ) as difference_usd
from rpt_market_size_monthly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography <> 'CN'
    and completeness_ratio = 1
group by period_label
order by period_label
