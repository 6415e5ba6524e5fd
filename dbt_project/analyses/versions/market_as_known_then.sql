-- What would we have said about each month at an earlier instant?
-- Here it is a day after the first load; put your own instant (UTC) into `instant`. The market
-- outside China: only days on which both the world and China were covered by then are in the figure,
-- and covered_days says how many; compare months with as many. Nothing covered is null, not zero.
-- Apps and universe are those of today; an older snapshot has those of that time.
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

-- Of each day what was said by then, and what stands now.
said as (
    select
        versions.estimated_on,
        sum(
            case
                when
                    versions.known_from_at <= instant.known_at
                    and (
                        versions.known_to_at is null
                        or versions.known_to_at > instant.known_at
                    )
                    then case versions.country_code when 'CN' then -1 else 1 end
                        * versions.revenue_usd
            end
        ) as then_usd,
        sum(
            case
                when versions.known_to_at is null
                    then case versions.country_code when 'CN' then -1 else 1 end
                        * versions.revenue_usd
            end
        ) as now_usd
    from fct_app_estimates_versions as versions
    cross join instant
    where
        versions.country_code in ('ZZ', 'CN')
        and versions.vendor = 'Appfigures'
        and versions.revenue_basis = 'net'
        and not versions.is_vanished
    group by versions.estimated_on
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
