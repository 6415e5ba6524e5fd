-- Were the forecasts right?
-- Compared only with a later actual of the same publisher: another publisher counts other money. If
-- there is no actual yet, error_pct is empty and nothing can be said.
select
    publisher,
    geography,
    segment,
    year,
    published_on,
    value_kind,
    value,
    later_actual_value,
    round(error_pct, 1) as error_pct
from rpt_forecast_revisions
where value_kind <> 'actual'
order by publisher, geography, segment, year, published_on
