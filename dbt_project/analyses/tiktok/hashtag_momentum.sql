-- Which hashtags gain or lose views, and which break out?
-- Seven days against the seven days 7 and 28 days before: by daily views if the provider gives
-- them, else by snapshots that far apart; empty until there are enough of either. The column's
-- description has the rule of a breakout.
with newest as (
    select
        country_code,
        max(as_of_on) as as_of_on
    from rpt_hashtag_momentum
    group by country_code
)

select
    momentum.country_code,
    momentum.hashtag_name,
    momentum.kind,
    momentum.as_of_on,
    momentum.views,
    round(momentum.views_change_7d_pct, 1) as change_7d_pct,
    round(momentum.views_change_28d_pct, 1) as change_28d_pct,
    momentum.is_breakout
from rpt_hashtag_momentum as momentum
inner join newest
    on
        momentum.country_code = newest.country_code
        and momentum.as_of_on = newest.as_of_on
order by
    momentum.is_breakout desc nulls last,
    momentum.views_change_7d_pct desc nulls last,
    momentum.views desc nulls last
limit 40
