-- What happened in the market, and when?
-- Use it to mark events on a curve. date_precision says how exactly the day is known. An event at
-- the time of a change need not be its cause.
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
