-- Countries: their report held against that of the market, and their places.
-- Reads the temporary tables of marts.1_periods.
with

known_days as (
    select periods.geography, period_start_on, periods.days, worlds.days as days_of_world
    from periods
    inner join periods as worlds using (period_kind, period_start_on)
    where period_kind = 'month' and worlds.geography = 'World'
),

-- The report of countries is that of the market with names, places and another whole.
countries_unlike_sizes as (
    select
        coalesce(countries.country_code, markets.geography) as country_code,
        coalesce(countries.period_label, markets.period_label) as period_label, countries.downloads,
        markets.downloads as should_be
    from marts.rpt_country_monthly as countries
    full join (
        from marts.rpt_market_size_monthly where regexp_full_match(geography, '[A-Z]{2}')
    ) as markets
        on
            markets.geography = countries.country_code
            and markets.vendor = countries.vendor
            and markets.revenue_basis = countries.revenue_basis
            and markets.period_start_on = countries.period_start_on
    left join known_days as known
        on
            known.geography = markets.geography
            and known.period_start_on = markets.period_start_on
    left join marts.rpt_market_size_monthly as worlds
        on
            worlds.geography = 'World'
            and worlds.vendor = markets.vendor
            and worlds.revenue_basis = markets.revenue_basis
            and worlds.period_start_on = markets.period_start_on
            and known.days = known.days_of_world
    left join marts.dim_country as names on names.country_code = markets.geography
    where
        (countries.country_name_en, countries.country_name_zh, countries.region,
        countries.currency, countries.maturity)
        is distinct from
        (names.country_name_en, names.country_name_zh, names.region, markets.currency,
        markets.maturity)
        or (countries.active_apps, countries.downloads, countries.revenue_usd,
        countries.revenue_per_download_usd, countries.revenue_share_pct,
        countries.downloads_share_pct, countries.revenue_growth_pct,
        countries.downloads_growth_pct)
        is distinct from
        (markets.active_apps, markets.downloads, markets.revenue_usd,
        markets.revenue_per_download_usd, markets.revenue_share_pct,
        markets.downloads_share_pct, markets.revenue_growth_pct, markets.downloads_growth_pct)
        or differs(
            revenue_share_of_world_pct, share_of(markets.revenue_usd, worlds.revenue_usd), 0.0002
        )
        or differs(
            downloads_share_of_world_pct, share_of(markets.downloads, worlds.downloads), 0.0002
        )
),

country_places as (
    select country_code, period_label, revenue_rank, downloads_rank,
        if(is_placed, rank() over (
            partition by period_start_on, vendor, is_placed
            order by revenue_usd desc, downloads desc
        ), null) as should_be,
        if(is_placed, rank() over (
            partition by period_start_on, vendor, is_placed
            order by downloads desc, revenue_usd desc
        ), null) as downloads_should_be
    from (
        select *, country_code <> 'CN' and completeness_ratio = 1 as is_placed
        from marts.rpt_country_monthly
    )
),

places_unlike_figures as (
    from country_places
    where revenue_rank is distinct from should_be
        or downloads_rank is distinct from downloads_should_be
)

select
    (select count(*) from marts.rpt_country_monthly) as row_count,
    (select count(*) from countries_unlike_sizes) as countries_unlike_sizes,
    (select list(s) from (from countries_unlike_sizes order by all limit 5) as s)
        as countries_unlike_sizes_samples,
    (select count(*) from places_unlike_figures) as country_places_unlike_figures,
    (select list(s) from (from places_unlike_figures order by all limit 5) as s)
        as country_places_unlike_figures_samples
