-- Which apps did the vendor take back, and how much revenue went with them?
-- The last statement about these days is that there is no estimate. The figure is the one before
-- that, worldwide.
select
    apps.app_name,
    min(gone.estimated_on) as first_day,
    max(gone.estimated_on) as last_day,
    sum(stood.revenue_usd) as revenue_taken_back_usd,
    max(gone.known_from_at) as known_from_at
from fct_app_estimates_versions as gone
inner join fct_app_estimates_versions as stood
    on
        gone.app_id = stood.app_id
        and gone.country_code = stood.country_code
        and gone.store = stood.store
        and gone.estimated_on = stood.estimated_on
        and gone.vendor = stood.vendor
        and gone.known_from_at = stood.known_to_at
inner join dim_app as apps on gone.app_id = apps.app_id
where
    gone.is_vanished
    and gone.known_to_at is null
    and gone.country_code = 'ZZ'
group by apps.app_name
order by revenue_taken_back_usd desc, apps.app_name asc
