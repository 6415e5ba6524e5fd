-- What does a drama cost in TikTok Minis?
-- US dollars before TikTok's fee; price_basis says what a price is for. A lower bound is a price
-- that a source calls `from`.
select
    as_of_on,
    market,
    app_name,
    unlock_model,
    price_basis,
    unlock_price_usd,
    unlock_price_is_lower_bound as is_lower_bound,
    monthly_price_low_usd,
    monthly_price_high_usd,
    discount_ratio
from fct_minis_offers
where kind = 'drama'
order by as_of_on desc, market asc, app_name asc
