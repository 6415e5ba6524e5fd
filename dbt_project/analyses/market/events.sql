-- What happened in the market, and when?
-- To lay beside a curve. date_precision says how exactly the day is known; an event beside a
-- change is not its cause.
select
    starts_on,
    ends_on,
    date_precision,
    kind,
    geography,
    title_en,
    certainty,
    source
from fct_market_events
order by starts_on, event_id
