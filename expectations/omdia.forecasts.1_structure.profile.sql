-- An edition by itself, first ones too: its rows against each other and against published sizes.
with

revenues as (
    select
        publisher, published_on, geography, segment, year, cast(value as double) as value,
        concat_ws(', ', geography, segment) as series
    from load
    where metric = 'revenue' and unit = 'USD'
),

-- Geographies nest: World = World ex-China + CN, and every other country is in World ex-China.
years as (
    select
        publisher,
        published_on,
        segment,
        year,
        max(value) filter (where geography = 'World') as world,
        max(value) filter (where geography = 'World ex-China') as ex_china,
        max(value) filter (where geography = 'CN') as china,
        max(value) filter (where geography = 'US') as us,
        sum(value) filter (where regexp_matches(geography, '^[A-Z]{2}$')) as countries,
        sum(value) filter (where regexp_matches(geography, '^[A-Z]{2}$') and geography <> 'CN')
            as countries_ex_china
    from revenues
    group by publisher, published_on, segment, year
),

sums as (
    select
        segment,
        year,
        world,
        ex_china,
        countries,
        countries_ex_china,
        round(greatest(countries / world, countries_ex_china / ex_china), 4) as countries_to_whole
    from years
),

-- A share that is published beside the revenues that it is the share of.
shares as (
    select
        load.geography,
        load.segment,
        load.year,
        load.cell,
        cast(load.value as double) as share,
        round(part.value / years.world, 4) as share_of_revenues,
        round(abs(cast(load.value as double) - part.value / years.world), 4) as gap
    from load
    inner join revenues as part
        on load.publisher = part.publisher
        and load.published_on = part.published_on
        and load.geography = part.geography
        and load.segment = part.segment
        and load.year = part.year
    inner join years
        on part.publisher = years.publisher
        and part.published_on = years.published_on
        and part.segment = years.segment
        and part.year = years.year
    where load.metric = 'revenue_share' and load.geography <> 'World'
),

china as (
    select
        year,
        china,
        world,
        us,
        round(china / world, 4) as china_to_world,
        round(china / us, 4) as china_to_us
    from years
    where segment = 'microdramas' and china is not null
),

steps as (
    select
        series,
        year,
        value,
        lag(value) over by_year as value_before,
        lag(year) over by_year as year_before
    from revenues
    window by_year as (partition by publisher, published_on, series order by year)
),

repeated as (
    select
        year_before,
        year,
        count(*) as series,
        count(*) filter (where value = value_before) as series_repeated,
        if(
            count(*) < 3, null, round(count(*) filter (where value = value_before) / count(*), 4)
        ) as repeated_ratio
    from steps
    where year_before = year - 1
    group by year_before, year
),

-- Rows of the same figures in all of their years.
pairs as (
    select one.series, other.series as other_series, count(*) as years
    from revenues as one
    inner join revenues as other
        on one.publisher = other.publisher
        and one.published_on = other.published_on
        and one.year = other.year
        and one.series < other.series
    group by one.series, other.series
    having count(*) >= 3 and count(*) filter (where one.value <> other.value) = 0
),

alike as (
    select unnest([series, other_series]) as series from pairs
),

-- A single row may reach further back than the others.
columns_shown as (
    select year
    from revenues
    group by year
    having 2 * count(*) >= (select count(distinct series) from revenues)
),

gaps as (
    select max(year) - min(year) + 1 - count(*) as years from columns_shown
),

-- A row that ends two years or more before the others has lost its last columns.
ends as (
    select publisher, published_on, series, max(year) as last_year from revenues group by all
),

cut_short as (
    select series, last_year, usual_last_year
    from ends
    inner join (
        select publisher, published_on, mode(last_year) as usual_last_year from ends group by all
    ) using (publisher, published_on)
    where last_year <= usual_last_year - 2
),

unknown_countries as (
    select geography, count(*) as figures
    from load
    where regexp_matches(geography, '^[A-Z]{2}$')
        and geography not in (
            select country_code
            from read_csv('{seeds}/countries.csv', header = true, all_varchar = true)
        )
    group by geography
),

bounds as (
    select
        count(*) as figures,
        count(*) filter (where is_lower_bound) as lower_bounds
    from load
)

select
    (select max(countries_to_whole) from sums) as countries_to_whole_max,
    (
        select list(s) from (
            select * from sums order by countries_to_whole desc nulls last, year, columns(*) limit 5
        ) as s
    ) as countries_to_whole_max_samples,
    (select max(gap) from shares) as share_to_revenues_gap_max,
    (select list(s) from (from shares order by gap desc, year, columns(*) limit 5) as s)
        as share_to_revenues_gap_max_samples,
    (select min(china_to_world) from china) as china_to_world_min,
    (
        select list(c) from (
            select year, china, world from china order by china_to_world nulls last, columns(*)
            limit 5
        ) as c
    ) as china_to_world_min_samples,
    (select min(china_to_us) from china) as china_to_us_min,
    (
        select list(c) from (
            select year, china, us from china order by china_to_us nulls last, year, columns(*)
            limit 5
        ) as c
    ) as china_to_us_min_samples,
    (select max(repeated_ratio) from repeated) as repeated_years_ratio_max,
    (
        select list(r) from (
            from repeated order by repeated_ratio desc nulls last, year, columns(*) limit 5
        ) as r
    ) as repeated_years_ratio_max_samples,
    (select count(distinct series) from alike) as series_alike,
    (select list(p) from (from pairs order by all limit 5) as p) as series_alike_samples,
    (select years from gaps) as years_left_out,
    (
        select list(c) from (from columns_shown order by year limit 20) as c
    ) as years_left_out_samples,
    (select count(*) from cut_short) as series_cut_short,
    (select list(c) from (from cut_short order by all limit 5) as c) as series_cut_short_samples,
    (select count(*) from unknown_countries) as unknown_countries,
    (select list(u) from (from unknown_countries order by all limit 5) as u)
        as unknown_countries_samples,
    (
        select if(figures < 10, null, round(lower_bounds / figures, 4)) from bounds
    ) as lower_bounds_ratio,
    (select list(b) from bounds as b) as lower_bounds_ratio_samples
