-- A load of ranks as a whole. It is common that a product has no row: it is not ranked. It is not
-- common that a day or a country has no row at all.
with

outsiders as (
    select load.product_id, load.country_code, load.ranked_on
    from load, asked
    where load.ranked_on not between asked.window_start and asked.window_end
),

shared as (
    select
        country_code, category_id, device, subtype, ranked_on, rank,
        count(distinct product_id) as products
    from load
    group by country_code, category_id, device, subtype, ranked_on, rank
    having count(distinct product_id) > 1
),

asked_days as (
    select
        cast(unnest(generate_series(
            window_start, least(window_end, said_on), interval 1 day
        )) as date) as ranked_on,
        said_on - provisional_days as last_settled_on
    from asked
),

gaps as (
    select ranked_on, ranked_on <= last_settled_on as is_settled
    from asked_days
    where ranked_on not in (select ranked_on from load where ranked_on is not null)
),

early as (
    select load.product_id, load.country_code, load.ranked_on, asked.said_on
    from load, asked
    where load.ranked_on > asked.said_on
),

renamed as (
    select category_id, count(distinct category_name) as names, min(category_name) as one_name,
        max(category_name) as other_name
    from load
    group by category_id
    having count(distinct category_name) > 1
),

-- A chart is a category of a store's device in a country on a day.
charts as (
    select country_code, category_id, device, subtype, ranked_on, count(distinct rank) as places
    from load
    group by country_code, category_id, device, subtype, ranked_on
),

slices_before as (
    select country_code, ranked_on, count(*) as row_count
    from previous, asked
    where ranked_on <= cast(previous.said_at as date) - asked.provisional_days
    group by country_code, ranked_on
),

slices_now as (
    select country_code, ranked_on, count(*) as row_count
    from load
    group by country_code, ranked_on
),

matched as (
    select
        country_code,
        ranked_on,
        slices_before.row_count as rows_before,
        coalesce(slices_now.row_count, 0) as rows_now
    from slices_before
    left join slices_now using (country_code, ranked_on)
),

changed as (
    select product_id, country_code, category_id, device, subtype, ranked_on,
        previous.rank as rank_before, load.rank
    from load
    inner join previous using (product_id, country_code, category_id, device, subtype, ranked_on)
    where (country_code, ranked_on) in (select (country_code, ranked_on) from slices_before)
)

select
    (select count(*) from outsiders) as rows_outside_window,
    (select list(o) from (from outsiders order by all limit 5) as o) as rows_outside_window_samples,
    (select count(*) from gaps where is_settled) as settled_days_missing,
    (
        select list(g) from (
            select ranked_on from gaps where is_settled order by all limit 5
        ) as g
    ) as settled_days_missing_samples,
    (select count(*) from gaps where not is_settled) as provisional_days_missing,
    (
        select list(g) from (
            select ranked_on from gaps where not is_settled order by all limit 5
        ) as g
    ) as provisional_days_missing_samples,
    (select count(*) from shared) as shared_places,
    (select list(s) from (from shared order by all limit 5) as s) as shared_places_samples,
    round(
        (select count(*) from shared) / nullif((select sum(places) from charts), 0), 4
    ) as shared_places_ratio,
    (select list(s) from (from shared order by all limit 5) as s) as shared_places_ratio_samples,
    (select count(*) from early) as rows_from_the_future,
    (select list(e) from (from early order by all limit 5) as e) as rows_from_the_future_samples,
    (
        select date_diff('day', max(load.ranked_on), least(max(window_end), max(said_on)))
        from load, asked
    ) as days_behind,
    (select count(*) from renamed) as categories_of_several_names,
    (select list(r) from (from renamed order by all limit 5) as r)
        as categories_of_several_names_samples,
    (
        select if(sum(rows_before) >= 20, round(sum(rows_now) / sum(rows_before), 4), null)
        from matched
    ) as settled_rows_to_previous,
    (
        select list(m) from (from matched order by rows_before - rows_now desc, columns(*)
        limit 5) as m
    ) as settled_rows_to_previous_samples,
    (
        select round(count(*) filter (where rank <> rank_before) / nullif(count(*), 0), 4)
        from changed
    ) as settled_ranks_changed_ratio,
    (
        select list(c) from (from changed where rank <> rank_before order by all limit 5) as c
    ) as settled_ranks_changed_ratio_samples
