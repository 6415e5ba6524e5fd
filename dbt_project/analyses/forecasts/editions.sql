-- What does each edition of a forecast say, and what did it change?
-- In billions of US dollars, gross, all money of the format: app stores are a part of it. An
-- edition is ordered by its day of publication, not by when the file reached us.
select
    publisher,
    geography,
    published_on,
    year,
    value_kind,
    cast(value / 1e9 as decimal(12, 2)) as value_bn_usd,
    cast(previous_value / 1e9 as decimal(12, 2)) as previous_bn_usd,
    round(revision_pct, 1) as revision_pct
from rpt_forecast_revisions
where
    segment = 'microdramas'
    and unit = 'USD'
order by publisher, geography, year, published_on
