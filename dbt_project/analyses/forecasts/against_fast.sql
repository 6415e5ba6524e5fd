-- How large are microdramas compared with FAST channels?
-- Worldwide revenue of both, from the same publisher. FAST may come from an earlier edition than
-- the microdramas in the row; then fast_published_on says so.
select
    publisher,
    year,
    published_on,
    fast_published_on,
    cast(value / 1e9 as decimal(12, 2)) as microdramas_bn_usd,
    cast(fast_value / 1e9 as decimal(12, 2)) as fast_bn_usd,
    ratio_to_fast
from rpt_forecast_revisions
where ratio_to_fast is not null
order by publisher, year, published_on
