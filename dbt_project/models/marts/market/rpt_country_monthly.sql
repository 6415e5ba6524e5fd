with

countries as (
    select *
    from {{ ref('rpt_market_size_monthly') }}
    where geography_level = 'country'
),

-- Places among the countries outside China, only for completely covered months: a country with
-- fewer days would seem to lose places.
ranked as (
    select
        period_start_on,
        geography,
        vendor,
        revenue_basis,
        cast(
            rank() over (
                partition by period_start_on, vendor, revenue_basis
                order by revenue_usd desc nulls last, downloads desc nulls last
            ) as int
        ) as revenue_rank,
        cast(
            rank() over (
                partition by period_start_on, vendor, revenue_basis
                order by downloads desc nulls last, revenue_usd desc nulls last
            ) as int
        ) as downloads_rank
    from countries
    where geography <> 'CN' and completeness_ratio = 1
)

select
    countries.period_start_on,
    countries.period_end_on,
    countries.period_label,
    countries.geography as country_code,
    known.country_name_en,
    known.country_name_zh,
    known.region,
    countries.vendor,
    countries.revenue_basis,
    countries.currency,
    countries.active_apps,
    countries.downloads,
    countries.revenue_usd,
    countries.revenue_per_download_usd,
    ranked.revenue_rank,
    ranked.downloads_rank,
    countries.revenue_share_pct,
    countries.downloads_share_pct,
    {{ share_pct('countries.revenue_usd', 'worlds.revenue_usd') }} as revenue_share_of_world_pct,
    {{ share_pct('countries.downloads', 'worlds.downloads') }} as downloads_share_of_world_pct,
    countries.downloads_growth_pct,
    countries.revenue_growth_pct,
    countries.completeness_ratio,
    countries.maturity,
    countries.is_sample
from countries
left join ranked
    on
        countries.period_start_on = ranked.period_start_on
        and countries.geography = ranked.geography
        and countries.vendor = ranked.vendor
        and countries.revenue_basis = ranked.revenue_basis
left join {{ ref('dim_country') }} as known
    on countries.geography = known.country_code
inner join {{ ref('int_geography_periods') }} as periods
    on
        periods.period_kind = 'month'
        and countries.geography = periods.geography
        and countries.period_start_on = periods.period_start_on
left join {{ ref('rpt_market_size_monthly') }} as worlds
    on
        worlds.geography_level = 'world'
        and periods.has_days_of_world
        and countries.period_start_on = worlds.period_start_on
        and countries.vendor = worlds.vendor
        and countries.revenue_basis = worlds.revenue_basis
