-- How fresh are the estimates?
-- newest_day is the newest day with estimates; provisional days came before the vendor had all.
select
    vendor,
    min(estimated_on) as first_day,
    max(estimated_on) as newest_day,
    max(said_at) as said_at,
    count(distinct case when maturity = 'provisional' then estimated_on end) as provisional_days,
    bool_or(is_sample) as is_sample
from fct_app_estimates_daily
group by vendor
order by vendor
