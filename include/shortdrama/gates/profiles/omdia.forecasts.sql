-- A workbook as a whole. Geographies nest: World = World ex-China + CN, and US is ex-China.
with

duplicates as (
    select publisher, published_on, geography, segment, metric, year, count(*) as copies
    from load
    group by publisher, published_on, geography, segment, metric, year
    having count(*) > 1
),

strangers as (
    select load.geography, load.segment, load.metric, load.year, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
),

vintages as (
    select distinct publisher, published_on from load
),

early as (
    select vintages.publisher, vintages.published_on, asked.said_on
    from vintages, asked
    where vintages.published_on > asked.said_on
),

-- Before 2022 the market may really have been smaller than the band says.
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
        max(cast(value as double)) filter (where geography = 'US') as us
    from load
    where metric = 'revenue'
    group by publisher, published_on, segment, year, unit
),

ratios as (
    select
        *,
        round((ex_china + china) / nullif(world, 0), 4) as parts_to_world,
        round(greatest(ex_china, china, us) / nullif(world, 0), 4) as part_to_world,
        round(us / nullif(ex_china, 0), 4) as us_to_ex_china
    from nested
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks,
    (select count(*) from vintages) as vintages,
    (select list(v) from (from vintages order by all limit 5) as v) as vintages_samples,
    (select count(*) from early) as vintages_from_the_future,
    (select list(e) from (from early order by all limit 5) as e)
        as vintages_from_the_future_samples,
    (select min(value) from world_revenue) as world_revenue_usd_min,
    (select list(w) from (from world_revenue order by value limit 5) as w)
        as world_revenue_usd_min_samples,
    (select max(value) from world_revenue) as world_revenue_usd_max,
    (select list(w) from (from world_revenue order by value desc limit 5) as w)
        as world_revenue_usd_max_samples,
    (select min(value) from shares) as share_min,
    (select list(s) from (from shares order by value limit 5) as s) as share_min_samples,
    (select max(value) from shares) as share_max,
    (select list(s) from (from shares order by value desc limit 5) as s) as share_max_samples,
    (select max(parts_to_world) from ratios) as parts_to_world_max,
    (
        select list(r) from (
            select segment, year, world, ex_china, china from ratios
            order by parts_to_world desc nulls last limit 5
        ) as r
    ) as parts_to_world_max_samples,
    (select max(part_to_world) from ratios) as part_to_world_max,
    (
        select list(r) from (
            select segment, year, world, ex_china, china, us from ratios
            order by part_to_world desc nulls last limit 5
        ) as r
    ) as part_to_world_max_samples,
    (select max(us_to_ex_china) from ratios) as us_to_ex_china_max,
    (
        select list(r) from (
            select segment, year, ex_china, us from ratios
            order by us_to_ex_china desc nulls last limit 5
        ) as r
    ) as us_to_ex_china_max_samples
