-- How much of the app stores' worldwide revenue is China's?
-- Only for stores that the vendor sees: no Android store of China is among them, and most short
-- drama there is watched in mini programmes. So it says nothing about the size of China's market.
select
    world.period_label,
    world.revenue_usd as world_revenue_usd,
    china.revenue_usd as china_revenue_usd,
    round(100 * china.revenue_usd / nullif(world.revenue_usd, 0), 1) as china_share_pct
from rpt_market_size_quarterly as world
inner join rpt_market_size_quarterly as china
    on
        world.period_start_on = china.period_start_on
        and world.vendor = china.vendor
        and world.revenue_basis = china.revenue_basis
where
    world.vendor = 'Appfigures'
    and world.revenue_basis = 'net'
    and world.geography = 'World'
    and china.geography = 'CN'
order by world.period_label
