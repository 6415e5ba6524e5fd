-- Charts and the list of apps, against the newest accepted loads of both.
-- Reads the temporary tables of marts.4_facts.
with

charts as (
    select country_code, ranked_on as day_on, arg_max(load_id, (said_at, load_seq)) as load_id
    from (
        select *, cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date) as ranked_on
        from raw.load_coverage
        where dataset = 'appfigures.ranks'
    )
    group by all
),

-- An app may have several products in a chart; the best place counts. A sum of places alone would
-- not show two apps that have each other's place.
places_said as (
    select country_code, day_on, load_id, chart, device, count(*) as apps,
        sum(hash(app_id, category_id, category_name, store, chart_rank) % 1000003) as fingerprint
    from (
        select load_id, country_code, ranked_on as day_on, subtype as chart, device, category_id,
            any_value(category_name) as category_name, app_id, min(rank) as chart_rank,
            arg_min(store, (rank, product_id)) as store
        from raw.appfigures_ranks
        inner join listed using (product_id)
        where
            ranked_on >= coalesce(from_on, ranked_on) and ranked_on <= coalesce(to_on, ranked_on)
        group by all
    )
    inner join charts using (country_code, day_on, load_id)
    group by all
),

places_kept as (
    select country_code, ranked_on as day_on, load_id, chart, device, count(*) as apps,
        sum(hash(app_id, category_id, category_name, store, chart_rank) % 1000003) as fingerprint
    from marts.fct_app_ranks_daily
    group by all
),

-- A build reads the loads of the months that it writes; of the others only the load is compared.
ranks_unlike_loads as (
    select country_code, day_on, load_id, chart, device, kept.apps, said.apps as should_be,
        kept.fingerprint, said.fingerprint as fingerprint_should_be
    from places_said as said
    full join places_kept as kept using (country_code, day_on, load_id, chart, device)
    where
        (kept.apps, kept.fingerprint) is distinct from (said.apps, said.fingerprint)
        and (
            load_id in (select load_id from raw.appfigures_ranks)
            or (country_code, day_on, load_id) not in (
                select (country_code, day_on, load_id) from charts
            )
        )
),

products_of_apps as (
    select
        *,
        row_number() over (
            partition by app_id order by said_at desc, load_seq desc, product_id
        ) as recency
    from newest_products
),

listed_apps as (
    select
        app_id,
        any_value(app_name) filter (where recency = 1) as app_name,
        any_value(publisher) filter (where recency = 1) as publisher,
        string_agg(distinct store, ', ' order by store) as stores
    from products_of_apps
    group by app_id
),

reviewed_apps as (
    select
        listed_apps.*,
        coalesce(reviews.reason, 'listed by the source') as universe_reason,
        coalesce(decision = 'exclude' and from_on is null and to_on is null, false) as is_never_in,
        if(decision = 'include', from_on, to_on + 1) as in_from_on,
        if(decision = 'include', to_on, from_on - 1) as in_to_on
    from listed_apps
    left join seeds.universe_overrides as reviews using (app_id)
),

apps_unlike_list as (
    select app_id, apps.app_name, listed_apps.app_name as should_be, apps.publisher,
        listed_apps.publisher as publisher_should_be, apps.stores, apps.in_universe
    from marts.dim_app as apps
    full join reviewed_apps as listed_apps using (app_id)
    where
        (apps.app_name, apps.publisher, apps.stores, apps.in_universe_from_on,
        apps.in_universe_to_on, apps.universe_reason)
        is distinct from
        (listed_apps.app_name, listed_apps.publisher, listed_apps.stores, listed_apps.in_from_on,
        listed_apps.in_to_on, listed_apps.universe_reason)
        or apps.in_universe is distinct from (
            not is_never_in
            -- As of the day of the build, which the gate may follow a day later.
            and (select max(cast(built_at as date)) from marts.ops_freshness)
            between coalesce(in_from_on, date '0001-01-01')
            and coalesce(in_to_on, date '9999-12-31')
        )
)

select
    (select count(*) from listed_apps) as row_count,
    (select count(*) from ranks_unlike_loads) as ranks_unlike_loads,
    (select list(s) from (from ranks_unlike_loads order by all limit 5) as s)
        as ranks_unlike_loads_samples,
    (select count(*) from apps_unlike_list) as apps_unlike_list,
    (select list(s) from (from apps_unlike_list order by all limit 5) as s)
        as apps_unlike_list_samples
