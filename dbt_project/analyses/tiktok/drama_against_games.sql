-- Is drama louder than games on TikTok, country by country?
-- Share of voice among the tags that we have seen, not among all of TikTok: a tag outside the chart
-- that is not watched is not counted.
select distinct
    country_code,
    as_of_on,
    drama_tags,
    drama_views,
    game_views,
    round(drama_against_game_pct, 1) as drama_against_game_pct
from rpt_hashtag_momentum
order by country_code asc, as_of_on desc
limit 40
