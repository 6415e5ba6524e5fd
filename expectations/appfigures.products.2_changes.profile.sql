-- A list of products against the one before: what was known of a product, and what is new.
with

matched as (
    select load.product_id, previous as was, load as now
    from load
    inner join previous on load.product_id = previous.product_id
),

-- What a store or the vendor sets once, and what a publisher may write otherwise one day.
facts as (
    select
        product_id,
        unnest([
            {'kind': 'fixed', 'fact': 'storefront', 'was': was.storefront, 'now': now.storefront},
            {
                'kind': 'fixed', 'fact': 'vendor_identifier', 'was': was.vendor_identifier,
                'now': now.vendor_identifier
            },
            {
                'kind': 'fixed', 'fact': 'product_type', 'was': was.product_type,
                'now': now.product_type
            },
            {
                'kind': 'fixed', 'fact': 'released_on', 'was': cast(was.released_on as varchar),
                'now': cast(now.released_on as varchar)
            },
            {
                'kind': 'fixed', 'fact': 'added_on', 'was': cast(was.added_on as varchar),
                'now': cast(now.added_on as varchar)
            },
            {'kind': 'written', 'fact': 'name', 'was': was.name, 'now': now.name},
            {'kind': 'written', 'fact': 'developer', 'was': was.developer, 'now': now.developer},
            {
                'kind': 'written', 'fact': 'unified_publisher', 'was': was.unified_publisher,
                'now': now.unified_publisher
            }
        ], recursive := true)
    from matched
),

changed as (
    select
        kind,
        fact,
        count(*) as products_known,
        count(*) filter (where now is distinct from was) as products_changed,
        round(
            count(*) filter (where now is distinct from was) / nullif(count(*), 0), 4
        ) as changed_ratio
    from facts
    where was is not null
    group by kind, fact
),

-- Names that belonged to other products than those that have them now.
names_before as (
    select distinct name, coalesce(unified_app_id, cast(product_id as varchar)) as app
    from previous
),

strays as (
    select matched.product_id, matched.was.name as name_before, matched.now.name as name
    from matched
    where matched.now.name in (select name from names_before)
        and matched.now.name <> matched.was.name
        and (
            matched.now.name,
            coalesce(matched.was.unified_app_id, cast(matched.product_id as varchar))
        ) not in (select (name, app) from names_before)
),

moved as (
    select
        product_id, now.name as name, was.unified_app_id as app_before, now.unified_app_id as app
    from matched
    where was.unified_app_id <> now.unified_app_id
),

-- Listings that changed places: one's app of before is the other's app now.
exchanged as (
    select one.product_id, one.name, one.app_before, one.app
    from moved as one
    inner join moved as other on one.app = other.app_before and one.app_before = other.app
),

switched as (
    select product_id, now.name as name, was.is_active as was_active, now.is_active as is_active
    from matched
    where was.is_active <> now.is_active
)

select
    (select max(changed_ratio) from changed where kind = 'fixed') as fixed_facts_changed_ratio,
    (
        select list(c) from (
            select fact, products_known, products_changed from changed where kind = 'fixed'
            order by changed_ratio desc nulls last, columns(*) limit 5
        ) as c
    ) as fixed_facts_changed_ratio_samples,
    (select max(changed_ratio) from changed where kind = 'written') as written_facts_changed_ratio,
    (
        select list(c) from (
            select fact, products_known, products_changed from changed where kind = 'written'
            order by changed_ratio desc nulls last, columns(*) limit 5
        ) as c
    ) as written_facts_changed_ratio_samples,
    round(
        (select count(*) from strays) / nullif((select count(*) from matched), 0), 4
    ) as names_of_other_apps_ratio,
    (select list(s) from (from strays order by all limit 5) as s)
        as names_of_other_apps_ratio_samples,
    (select count(distinct product_id) from exchanged) as listings_exchanged,
    (select list(e) from (select distinct * from exchanged order by all limit 5) as e)
        as listings_exchanged_samples,
    round(
        (select count(*) from switched where was_active)
        / nullif((select count(*) from matched), 0), 4
    ) as withdrawn_at_once_ratio,
    (select list(s) from (from switched where was_active order by all limit 5) as s)
        as withdrawn_at_once_ratio_samples,
    round(
        (select count(*) from switched where is_active)
        / nullif((select count(*) from matched), 0), 4
    ) as active_again_ratio,
    (select list(s) from (from switched where is_active order by all limit 5) as s)
        as active_again_ratio_samples
