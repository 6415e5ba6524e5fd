-- What would we have said about each month at an earlier instant?
-- Here it is a day after the first load; put your own instant (UTC) into `instant`. The market
-- outside China as it was known then, and as it is known now. Apps and universe are those of today;
-- an older snapshot has those of that time.
with instant as (
    select min(known_from_at) + interval 1 day as known_at
    from fct_estimate_coverage
),

signed as (
    select
        date_trunc('month', versions.estimated_on) as month_on,
        versions.known_from_at,
        versions.known_to_at,
        case versions.country_code when 'CN' then -1 else 1 end * versions.revenue_usd
            as revenue_usd
    from fct_app_estimates_versions as versions
    where
        versions.country_code in ('ZZ', 'CN')
        and versions.vendor = 'Appfigures'
        and versions.revenue_basis = 'net'
        and not versions.is_vanished
)

select
    instant.known_at,
    signed.month_on,
    sum(
        case
            when
                signed.known_from_at <= instant.known_at
                and (signed.known_to_at is null or signed.known_to_at > instant.known_at)
                then signed.revenue_usd
        end
    ) as known_then_usd,
    sum(case when signed.known_to_at is null then signed.revenue_usd end) as known_now_usd
from signed
cross join instant
group by instant.known_at, signed.month_on
order by signed.month_on
