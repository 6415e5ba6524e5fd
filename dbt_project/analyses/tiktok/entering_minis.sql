-- What is needed to earn a production's cost in TikTok Minis, what was seen, what is unknown?
-- A view is not a paying viewer: compare the rows, never divide one by another.
with

newest as (
    select max(month_start_on) as month_start_on
    from rpt_minis_entry
    where market = 'World'
)

select
    entry.topic,
    entry.item,
    entry.unit,
    entry.value_low,
    entry.value,
    entry.value_high,
    entry.is_lower_bound,
    entry.certainty,
    entry.statement_en,
    entry.source,
    entry.as_of_on
from rpt_minis_entry as entry
inner join newest
    on entry.month_start_on = newest.month_start_on
where entry.market = 'World'
order by entry.topic, entry.item
