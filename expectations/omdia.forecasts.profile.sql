-- A workbook as a whole. Geographies nest: World = World ex-China + CN, and US is ex-China.
with

vintages as (
    select distinct publisher, published_on from load
),

early as (
    select vintages.publisher, vintages.published_on, asked.said_on
    from vintages, asked
    where vintages.published_on > asked.said_on
),

-- Before 2022 the market may really have been smaller than the band.
world_revenue as (
    select file_name, sheet, cell, year, cast(value as double) as value
    from load
    where geography = 'World'
        and segment = 'microdramas'
        and metric = 'revenue'
        and unit = 'USD'
        and year >= 2022
),

shares as (
    select file_name, sheet, cell, geography, year, cast(value as double) as value
    from load
    where metric like '%share%'
),

nested as (
    select
        segment,
        year,
        max(cast(value as double)) filter (where geography = 'World') as world,
        max(cast(value as double)) filter (where geography = 'World ex-China') as ex_china,
        max(cast(value as double)) filter (where geography = 'CN') as china,
        max(cast(value as double)) filter (where geography = 'US') as us,
        max(cast(value as double)) filter (where geography <> 'World') as largest_part
    from load
    where metric = 'revenue'
    group by publisher, published_on, segment, year, unit
),

ratios as (
    select
        *,
        round((ex_china + china) / nullif(world, 0), 4) as parts_to_world,
        round(largest_part / nullif(world, 0), 4) as part_to_world,
        round(least(ex_china, china, us) / nullif(world, 0), 4) as smallest_to_world,
        round(us / nullif(ex_china, 0), 4) as us_to_ex_china
    from nested
),

units as (
    select metric, count(distinct unit) as units, min(unit) as one_unit, max(unit) as other_unit
    from load
    group by metric
    having count(distinct unit) > 1
),

bases as (
    select
        metric, count(distinct value_basis) as bases, min(value_basis) as one_basis,
        max(value_basis) as other_basis
    from load
    group by metric
    having count(distinct value_basis) > 1
),

unfinished as (
    select file_name, sheet, cell, year, value_kind, published_on
    from load
    where value_kind = 'actual' and year >= extract(year from published_on)
),

past as (
    select file_name, sheet, cell, year, value_kind, published_on
    from load
    where value_kind = 'forecast' and year < extract(year from published_on)
),

years as (
    select
        geography,
        segment,
        year,
        lag(cast(value as double)) over series as value_before,
        cast(value as double) as value,
        lag(year) over series = year - 1 as has_year_before
    from load
    where metric = 'revenue'
    window series as (
        partition by publisher, published_on, geography, segment, metric, unit order by year
    )
),

-- A market that begins grows from 2 to 30 million in a year; that is worth a word and no refusal.
steps as (
    select
        geography, segment, year, value_before, value,
        greatest(value / nullif(value_before, 0), value_before / nullif(value, 0)) as factor,
        greatest(value, value_before) < 1e8 as is_small
    from years
    where has_year_before
),

-- Every statement about a key, in this load or in earlier editions, in order.
statements as (
    select publisher, published_on, workbook_version, geography, segment, metric, unit, year,
        value_kind, value, true as is_in_load
    from load
    union all
    select publisher, published_on, workbook_version, geography, segment, metric, unit, year,
        value_kind, value, false
    from previous
    where (publisher, published_on) not in (select (publisher, published_on) from vintages)
),

relapsed as (
    select
        older.publisher, older.geography, older.segment, older.metric, older.year,
        older.published_on as actual_on,
        newer.published_on as published_on,
        newer.value_kind
    from statements as older
    inner join statements as newer
        using (publisher, geography, segment, metric, unit, year)
    where older.published_on < newer.published_on
        and older.value_kind = 'actual'
        and newer.value_kind <> 'actual'
        and (older.is_in_load or newer.is_in_load)
),

misdated as (
    select distinct
        load.publisher, load.workbook_version, load.published_on,
        previous.published_on as published_before_on
    from load
    inner join previous using (publisher, workbook_version)
    where load.published_on <> previous.published_on
),

ordered as (
    select
        *,
        lag(cast(value as double)) over editions as value_before,
        lag(published_on) over editions as published_before_on,
        lag(is_in_load) over editions as was_in_load
    from statements
    where metric = 'revenue'
    window editions as (
        partition by publisher, geography, segment, metric, unit, year order by published_on
    )
),

revisions as (
    select
        geography, segment, year, published_before_on, value_before, published_on,
        cast(value as double) as value,
        greatest(
            cast(value as double) / nullif(value_before, 0),
            value_before / nullif(cast(value as double), 0)
        ) as factor
    from ordered
    where value_before is not null and (is_in_load or was_in_load)
),

-- The same edition, handed in again.
corrections as (
    select
        load.geography, load.segment, load.metric, load.year, load.cell,
        previous.value as value_before, load.value
    from load
    inner join previous
        using (publisher, published_on, geography, segment, metric, unit, year)
    where load.value <> previous.value
),

corrected as (
    select
        geography, segment, metric, year, cell, cast(value_before as double) as value_before,
        cast(value as double) as value,
        greatest(
            cast(value as double) / nullif(cast(value_before as double), 0),
            cast(value_before as double) / nullif(cast(value as double), 0)
        ) as factor
    from corrections
),

-- Another file of the same edition, uploaded at the same instant: which corrects which?
-- A replay is another load of the same file, so it has the same id up to its number.
twins as (
    select distinct previous.load_id, previous.publisher, previous.published_on, previous.file_name
    from previous, asked
    where (publisher, published_on) in (select (publisher, published_on) from vintages)
        and previous.said_at = asked.said_at
        and regexp_replace(previous.load_id, '-r\d+$', '')
        <> regexp_replace(asked.load_id, '-r\d+$', '')
),

lost as (
    select geography, segment, metric, year, value
    from previous
    where (publisher, published_on) in (select (publisher, published_on) from vintages)
        and (geography, segment, metric, year)
        not in (select (geography, segment, metric, year) from load)
)

select
    (select count(*) from vintages) as vintages,
    (select list(v) from (from vintages order by all limit 5) as v) as vintages_samples,
    (select count(*) from early) as vintages_from_the_future,
    (select list(e) from (from early order by all limit 5) as e)
        as vintages_from_the_future_samples,
    (select min(value) from world_revenue) as world_revenue_usd_min,
    (select list(w) from (from world_revenue order by value, columns(*) limit 5) as w)
        as world_revenue_usd_min_samples,
    (select max(value) from world_revenue) as world_revenue_usd_max,
    (select list(w) from (from world_revenue order by value desc, columns(*) limit 5) as w)
        as world_revenue_usd_max_samples,
    (select max(value) from shares) as share_max,
    (select list(s) from (from shares order by value desc, columns(*) limit 5) as s)
        as share_max_samples,
    (select max(parts_to_world) from ratios) as parts_to_world_max,
    (
        select list(r) from (
            select segment, year, world, ex_china, china from ratios
            order by parts_to_world desc nulls last, columns(*) limit 5
        ) as r
    ) as parts_to_world_max_samples,
    (select max(part_to_world) from ratios) as part_to_world_max,
    (
        select list(r) from (
            select segment, year, world, largest_part from ratios
            order by part_to_world desc nulls last, columns(*) limit 5
        ) as r
    ) as part_to_world_max_samples,
    (select max(us_to_ex_china) from ratios) as us_to_ex_china_max,
    (
        select list(r) from (
            select segment, year, ex_china, us from ratios
            order by us_to_ex_china desc nulls last, columns(*) limit 5
        ) as r
    ) as us_to_ex_china_max_samples,
    (select min(parts_to_world) from ratios) as parts_to_world_min,
    (
        select list(r) from (
            select segment, year, world, ex_china, china from ratios
            order by parts_to_world nulls last, columns(*) limit 5
        ) as r
    ) as parts_to_world_min_samples,
    (select min(smallest_to_world) from ratios) as part_to_world_min,
    (
        select list(r) from (
            select segment, year, world, ex_china, china, us from ratios
            order by smallest_to_world nulls last, columns(*) limit 5
        ) as r
    ) as part_to_world_min_samples,
    (select count(*) from units) as metrics_in_several_units,
    (select list(u) from (from units order by all limit 5) as u)
        as metrics_in_several_units_samples,
    (select count(*) from bases) as metrics_on_several_bases,
    (select list(b) from (from bases order by all limit 5) as b)
        as metrics_on_several_bases_samples,
    (select count(*) from unfinished) as actuals_of_unfinished_years,
    (select list(u) from (from unfinished order by all limit 5) as u)
        as actuals_of_unfinished_years_samples,
    (select count(*) from past) as forecasts_of_past_years,
    (select list(p) from (from past order by all limit 5) as p) as forecasts_of_past_years_samples,
    (select round(max(factor), 2) from steps where not is_small) as year_on_year_factor_max,
    (
        select list(s) from (
            select geography, segment, year, value_before, value from steps where not is_small
            order by factor desc nulls last, columns(*) limit 5
        ) as s
    ) as year_on_year_factor_max_samples,
    (select round(max(factor), 2) from steps where is_small) as small_year_on_year_factor_max,
    (
        select list(s) from (
            select geography, segment, year, value_before, value from steps where is_small
            order by factor desc nulls last, columns(*) limit 5
        ) as s
    ) as small_year_on_year_factor_max_samples,
    (select count(*) from relapsed) as actuals_that_became_forecasts,
    (select list(r) from (from relapsed order by all limit 5) as r)
        as actuals_that_became_forecasts_samples,
    (select count(*) from misdated) as versions_under_another_date,
    (select list(m) from (from misdated order by all limit 5) as m)
        as versions_under_another_date_samples,
    (select round(max(factor), 2) from revisions) as vintage_change_factor_max,
    (
        select list(r) from (
            select * exclude (factor) from revisions order by factor desc nulls last, columns(*)
            limit 5
        ) as r
    ) as vintage_change_factor_max_samples,
    (select count(*) from corrections) as figures_corrected,
    (select list(c) from (from corrections order by all limit 5) as c) as figures_corrected_samples,
    (select round(max(factor), 2) from corrected) as correction_factor_max,
    (
        select list(c) from (
            select * exclude (factor) from corrected order by factor desc nulls last, columns(*)
            limit 5
        ) as c
    ) as correction_factor_max_samples,
    (select count(*) from twins) as files_of_the_same_instant,
    (select list(t) from (from twins order by all limit 5) as t)
        as files_of_the_same_instant_samples,
    (select count(*) from lost) as figures_lost,
    (select list(l) from (from lost order by all limit 5) as l) as figures_lost_samples
