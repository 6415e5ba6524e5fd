-- How do the regions compare?
-- A region is the sum of the countries in `countries`, even if that is only one; it is not a figure
-- for the whole region. Regions and Other add up to World ex-China.
with newest as (
    select max(period_start_on) as quarter_on
    from rpt_market_size_quarterly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
)

select
    market.geography,
    market.countries,
    market.period_label,
    market.revenue_usd,
    round(market.revenue_share_pct, 1) as revenue_share_pct,
    market.downloads,
    market.revenue_per_download_usd
from rpt_market_size_quarterly as market
inner join newest on market.period_start_on = newest.quarter_on
where
    market.vendor = 'Appfigures'
    and market.revenue_basis = 'net'
    and market.completeness_ratio = 1
    and market.geography_level in ('region', 'other')
order by market.revenue_usd desc
