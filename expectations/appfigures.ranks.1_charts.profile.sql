-- A load of ranks by its charts. A chart is a category of a store's device in a country; the past of
-- a chart is history, so that almost nothing of it may differ from what was said before.

create or replace temp table settled_before as
select distinct country_code, ranked_on
from previous, asked
where ranked_on <= cast(previous.said_at as date) - asked.provisional_days
    and (country_code, ranked_on) in (select distinct (country_code, ranked_on) from load);

-- `print` is the same for two days or charts only if they have the same products on the same places.
create or replace temp table chart_days as
select
    country_code, category_id, device, subtype, ranked_on,
    count(*) filter (where is_before) as rows_before,
    count(*) filter (where not is_before) as rows_now,
    min(rank) filter (where is_before) as first_before,
    arg_min(product_id, rank) filter (where is_before) as first_product_before,
    min(rank) filter (where not is_before) as first_now,
    bit_xor(hash(product_id, rank)) filter (where not is_before) as print
from (
    select product_id, country_code, category_id, device, subtype, ranked_on, rank,
        true as is_before
    from previous
    union all
    select product_id, country_code, category_id, device, subtype, ranked_on, rank, false
    from load
)
group by all;

create or replace temp table product_days as
select
    product_id, country_code, ranked_on,
    count(*) filter (where is_before) as rows_before,
    count(*) filter (where not is_before) as rows_now
from (
    select product_id, country_code, ranked_on, true as is_before from previous
    union all
    select product_id, country_code, ranked_on, false from load
)
inner join settled_before using (country_code, ranked_on)
group by all;

with

charts as (
    select
        country_code, category_id, device, subtype,
        sum(rows_before) as rows_before,
        sum(rows_now) as rows_now,
        sum(rows_now) < 0.75 * sum(rows_before) as is_thinned
    from chart_days
    inner join settled_before using (country_code, ranked_on)
    group by all
    having sum(rows_before) >= 20
),

-- Where a chart had five products or more and now has none.
lost_charts as (
    select
        country_code, category_id, device, subtype,
        count(*) as lost_days, min(ranked_on) as first_on, max(ranked_on) as last_on
    from chart_days
    inner join settled_before using (country_code, ranked_on)
    where rows_before >= 5 and rows_now = 0
    group by all
),

-- The best place that any of our products had in a chart is lost together with those after it, and
-- not because the vendor left that product out everywhere.
lost_heads as (
    select
        country_code, category_id, device, subtype, ranked_on, first_before, first_now
    from chart_days
    inner join settled_before using (country_code, ranked_on)
    where rows_before >= 10 and first_now >= first_before + 10
        and first_product_before in (select product_id from load)
),

-- A product is listed in one store. Two categories that had no product in common are two stores.
in_category as (
    select distinct product_id, category_id, false as is_before from load
    union all
    select distinct product_id, category_id, true as is_before from previous
),

in_two_categories as (
    select
        one.product_id, one.category_id, other.category_id as other_category_id, one.is_before
    from in_category as one
    inner join in_category as other
        on one.product_id = other.product_id
        and one.is_before = other.is_before
        and one.category_id < other.category_id
),

known_categories as (
    select distinct category_id from in_category where is_before
),

in_two_stores as (
    select product_id, category_id, other_category_id
    from in_two_categories
    where not is_before
        and category_id in (from known_categories)
        and other_category_id in (from known_categories)
        and (category_id, other_category_id) not in (
            select (category_id, other_category_id) from in_two_categories where is_before
        )
),

-- A country's store has about as many rows on a settled day as in the week before it or after it.
-- Counts scatter by about their square root.
store_days as (
    select
        country_code,
        category_id,
        ranked_on,
        rows_now,
        greatest(median(rows_now) over earlier, median(rows_now) over later) as usual_rows
    from (
        select days.country_code, days.category_id, days.ranked_on,
            coalesce(sum(chart_days.rows_now), 0) as rows_now
        from (
            select country_code, category_id, cast(unnest(generate_series(
                min(window_start), least(max(window_end), max(said_on - provisional_days)),
                interval 1 day
            )) as date) as ranked_on
            from (select distinct country_code, category_id from load), asked
            group by all
        ) as days
        left join chart_days using (country_code, category_id, ranked_on)
        group by all
    )
    window
        earlier as (
            partition by country_code, category_id order by ranked_on
            rows between 7 preceding and 1 preceding
        ),
        later as (
            partition by country_code, category_id order by ranked_on
            rows between 1 following and 7 following
        )
),

products as (
    select
        product_id,
        sum(rows_before) as rows_before,
        sum(rows_now) as rows_now,
        row_number() over (order by sum(rows_before) desc, product_id) as place
    from product_days
    group by product_id
),

-- What is gone from everywhere was left out by the vendor; what is gone from some days is a hole.
lost_leaders as (
    select
        product_id, country_code, count(*) as lost_days, min(ranked_on) as first_on,
        max(ranked_on) as last_on
    from product_days
    inner join products using (product_id)
    where place <= 20 and products.rows_now > 0
        and product_days.rows_before >= 2 and product_days.rows_now = 0
    group by all
),

compared as (
    select
        load.country_code,
        category_id,
        device,
        subtype,
        ranked_on,
        load.rank <> previous.rank as is_changed
    from load
    inner join previous using (product_id, country_code, category_id, device, subtype, ranked_on)
    inner join settled_before using (country_code, ranked_on)
),

parts as (
    select
        country_code,
        category_id,
        device,
        subtype,
        count(*) as rows_compared,
        count(*) filter (where is_changed) / count(*) as changed_ratio
    from compared
    group by grouping sets ((country_code), (category_id, device, subtype))
    having count(*) >= 50
),

restated_days as (
    select country_code, ranked_on, count(*) filter (where is_changed) / count(*) as changed_ratio
    from compared
    group by country_code, ranked_on
    having count(*) >= 10 and count(*) filter (where is_changed) > 0.5 * count(*)
),

-- A chart with fifteen of our products is often the same on two days, but not most of them at once.
telling as (
    from chart_days where rows_now >= 15
),

frozen as (
    select
        ranked_on,
        count(*) as charts,
        count(*) filter (where telling.print = earlier.print) as frozen
    from telling
    inner join (
        select * exclude (ranked_on), cast(ranked_on + 1 as date) as ranked_on from telling
    ) as earlier
        using (country_code, category_id, device, subtype, ranked_on)
    group by ranked_on
    having count(*) >= 10
),

copied as (
    select
        telling.country_code, telling.category_id, telling.device, telling.subtype,
        telling.ranked_on, min(other.country_code) as copied_country,
        min(other.subtype) as copied_subtype
    from telling
    inner join telling as other
        on telling.ranked_on = other.ranked_on
        and telling.print = other.print
        and telling.category_id = other.category_id
        and telling.device = other.device
        and (telling.country_code, telling.subtype) <> (other.country_code, other.subtype)
    group by all
)

select
    *,
    charts_thinned_samples as charts_thinned_ratio_samples,
    frozen_charts_ratio_samples as frozen_charts_of_a_day_ratio_samples
from (
select
    (select count(*) from charts where is_thinned) as charts_thinned,
    (select round(count(*) filter (where is_thinned) / nullif(count(*), 0), 4) from charts)
        as charts_thinned_ratio,
    (
        select list(c) from (
            select * exclude (is_thinned) from charts where is_thinned
            order by rows_before - rows_now desc, columns(*) limit 5
        ) as c
    ) as charts_thinned_samples,
    (select coalesce(max(lost_days), 0) from lost_charts) as chart_days_lost_max,
    (
        select list(l) from (
            from lost_charts order by lost_days desc, country_code, category_id, columns(*) limit 5
        ) as l
    ) as chart_days_lost_max_samples,
    (
        select round(min((rows_now + sqrt(usual_rows)) / usual_rows), 3)
        from store_days where usual_rows >= 50
    ) as rows_on_a_settled_day_min,
    (
        select list(d) from (
            from store_days where usual_rows >= 50 order by rows_now / usual_rows, columns(*)
            limit 5
        ) as d
    ) as rows_on_a_settled_day_min_samples,
    (
        select round(
            count(*) filter (where rows_now = 0) / nullif(count(*), 0), 4
        ) from products where rows_before > 0
    ) as products_gone_ratio,
    (
        select list(p) from (
            select product_id, rows_before from products where rows_now = 0
            order by rows_before desc, columns(*) limit 5
        ) as p
    ) as products_gone_ratio_samples,
    (
        select round(sum(rows_now) filter (where rows_before = 0) / nullif(sum(rows_now), 0), 4)
        from products having sum(rows_before) > 0
    ) as newcomers_ratio,
    (
        select list(p) from (
            select product_id, rows_now from products where rows_before = 0
            order by rows_now desc, columns(*) limit 5
        ) as p
    ) as newcomers_ratio_samples,
    (select coalesce(max(lost_days), 0) from lost_leaders) as leader_days_lost_max,
    (
        select list(l) from (from lost_leaders order by lost_days desc, product_id, columns(*)
        limit 5) as l
    ) as leader_days_lost_max_samples,
    (select round(max(changed_ratio), 4) from parts) as part_ranks_changed_ratio_max,
    (
        select list(p) from (
            select * replace (round(changed_ratio, 4) as changed_ratio) from parts
            order by changed_ratio desc, columns(*) limit 5
        ) as p
    ) as part_ranks_changed_ratio_max_samples,
    (select count(*) from restated_days) as restated_country_days,
    (
        select list(d) from (from restated_days order by changed_ratio desc, columns(*)
        limit 5) as d
    ) as restated_country_days_samples,
    (select round(sum(frozen) / sum(charts), 4) from frozen) as frozen_charts_ratio,
    (select round(max(frozen / charts), 4) from frozen) as frozen_charts_of_a_day_ratio,
    (
        select list(f) from (from frozen order by frozen / charts desc, ranked_on, columns(*)
        limit 5) as f
    ) as frozen_charts_ratio_samples,
    (select count(*) from lost_heads) as chart_heads_lost,
    (select list(h) from (from lost_heads order by all limit 5) as h) as chart_heads_lost_samples,
    (select count(distinct product_id) from in_two_stores) as products_in_two_stores,
    (select list(p) from (from in_two_stores order by all limit 5) as p)
        as products_in_two_stores_samples,
    (select count(*) from copied) as copied_charts,
    (select list(c) from (from copied order by all limit 5) as c) as copied_charts_samples,
    (select count(distinct category_id) from load) as categories,
    (
        select list(c) from (
            select category_id, min(category_name) as category_name, count(*) as row_count
            from load group by category_id order by row_count desc, category_id limit 5
        ) as c
    ) as categories_samples
)
