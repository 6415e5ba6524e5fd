-- What would we have said about each month at an earlier instant?
-- Here it is a day after the first load; put your own instant (UTC) into `instant`. The market
-- outside China, on days on which both the world and China were covered by then: covered_days says
-- how many; compare months with as many. Nothing covered is null, not zero. Apps and universe are
-- those of today; an older snapshot has those of that time.
with first_load as (
    select min(known_from_at) as accepted_at
    from fct_estimate_coverage
),

instant as (
    select accepted_at + interval 1 day as known_at
    from first_load
),

-- A day counts from when the later one of the two was first covered.
days as (
    select
        covered_on,
        max(known_from_at) as known_from_at
    from fct_estimate_coverage
    where
        country_code in ('ZZ', 'CN')
        and vendor = 'Appfigures'
    group by covered_on
    having count(*) = 2
),

-- China is taken out of the world.
signed as (
    select
        estimated_on,
        known_from_at,
        known_to_at,
        case country_code when 'CN' then -1 else 1 end * revenue_usd as revenue_usd
    from fct_app_estimates_versions
    where
        country_code in ('ZZ', 'CN')
        and vendor = 'Appfigures'
        and revenue_basis = 'net'
        and not is_vanished
),

-- Of each day what was said by then, and what stands now.
said as (
    select
        signed.estimated_on,
        sum(
            case
                when
                    signed.known_from_at <= instant.known_at
                    and (signed.known_to_at is null or signed.known_to_at > instant.known_at)
                    then signed.revenue_usd
            end
        ) as then_usd,
        sum(case when signed.known_to_at is null then signed.revenue_usd end) as now_usd
    from signed
    cross join instant
    group by signed.estimated_on
)

select
    instant.known_at,
    date_trunc('month', days.covered_on) as month_on,
    count(case when days.known_from_at <= instant.known_at then 1 end) as covered_days_then,
    sum(
        case when days.known_from_at <= instant.known_at then coalesce(said.then_usd, 0) end
    ) as known_then_usd,
    count(*) as covered_days_now,
    sum(coalesce(said.now_usd, 0)) as known_now_usd
from days
cross join instant
left join said on days.covered_on = said.estimated_on
group by instant.known_at, date_trunc('month', days.covered_on)
order by month_on
