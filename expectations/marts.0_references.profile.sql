-- What every reader relies on in every mart: the mark of sample data, and the reviewed lists.
with

-- All loads of a lake are of one kind; without loads, or with a mixture, nothing can be said.
kinds as (
    select bool_and(is_sample) as is_sample
    from raw.load_coverage
    having count(distinct is_sample) = 1
),

marks as (
    from (
        select 'dim_app' as mart, is_sample from marts.dim_app
        union all
        select 'dim_hashtag', is_sample from marts.dim_hashtag
        union all
        select 'fct_app_estimates_daily', is_sample from marts.fct_app_estimates_daily
        union all
        select 'fct_app_estimates_versions', is_sample from marts.fct_app_estimates_versions
        union all
        select 'fct_app_ranks_daily', is_sample from marts.fct_app_ranks_daily
        union all
        select 'fct_estimate_coverage', is_sample from marts.fct_estimate_coverage
        union all
        select 'fct_hashtag_snapshots', is_sample from marts.fct_hashtag_snapshots
        union all
        select 'fct_hashtag_views_daily', is_sample from marts.fct_hashtag_views_daily
        union all
        select 'fct_hashtag_views_versions', is_sample from marts.fct_hashtag_views_versions
        union all
        select 'fct_minis_offers', is_sample from marts.fct_minis_offers
        union all
        select 'fct_minis_search_interest', is_sample from marts.fct_minis_search_interest
        union all
        select 'rpt_app_leaderboard_monthly', is_sample from marts.rpt_app_leaderboard_monthly
        union all
        select 'rpt_app_leaderboard_weekly', is_sample from marts.rpt_app_leaderboard_weekly
        union all
        select 'rpt_country_monthly', is_sample from marts.rpt_country_monthly
        union all
        select 'rpt_estimate_revisions', is_sample from marts.rpt_estimate_revisions
        union all
        select 'rpt_hashtag_momentum', is_sample from marts.rpt_hashtag_momentum
        union all
        select 'rpt_market_concentration_monthly', is_sample
        from marts.rpt_market_concentration_monthly
        union all
        select 'rpt_market_size_monthly', is_sample from marts.rpt_market_size_monthly
        union all
        select 'rpt_market_size_quarterly', is_sample from marts.rpt_market_size_quarterly
        union all
        select 'rpt_market_size_weekly', is_sample from marts.rpt_market_size_weekly
        union all
        select 'rpt_minis_landscape', is_sample from marts.rpt_minis_landscape
        union all
        select 'rpt_vendor_reconciliation', is_sample from marts.rpt_vendor_reconciliation
    )
),

wrong_marks as (
    select mart, marks.is_sample, kinds.is_sample as should_be, count(*) as wrong_rows
    from marks
    cross join kinds
    where marks.is_sample is distinct from kinds.is_sample
    group by all
),

-- The reviewed list first; another publisher is described by its newest file.
vendors as (
    from seeds.vendors
    union all by name
    select vendor, methodology, scope, revenue_basis, basis_evidence, currency, may_redistribute,
        source
    from raw.load_vendors
    where vendor not in (select vendor from seeds.vendors)
    qualify row_number() over (partition by vendor order by said_at desc, load_seq desc) = 1
),

vendors_unlike_list as (
    select vendor, 'in the mart' as stands from (
        from marts.dim_vendor except all from vendors
    )
    union all
    select vendor, 'in the list' from (
        from vendors except all from marts.dim_vendor
    )
),

events_unlike_list as (
    select event_id, 'in the mart' as stands from (
        from marts.fct_market_events except all from seeds.market_events
    )
    union all
    select event_id, 'in the list' from (
        from seeds.market_events except all from marts.fct_market_events
    )
),

-- Of each market's window the load that came last.
searches as (
    select said.* replace (if(said.market = 'ZZ', 'World', said.market) as market)
    from raw.minis_search_interest as said
    inner join raw.load_coverage as coverage using (load_id)
    where coverage.dataset = 'minis.search_interest'
    qualify dense_rank() over (
        partition by market, window_start_on, window_end_on
        order by coverage.said_at desc, load_seq desc
    ) = 1
),

searches_unlike_loads as (
    select market, subject, window_start_on, kept.growth_pct, 100 * said.growth_ratio as should_be
    from marts.fct_minis_search_interest as kept
    full join searches as said using (market, subject, window_start_on, window_end_on)
    where
        (kept.load_id, kept.said_at, kept.growth_is_lower_bound, kept.compared_with,
        kept.in_top_100, kept.hashtag_views, kept.hashtag_views_is_lower_bound, kept.published_on,
        kept.source, kept.is_sample)
        is distinct from
        (said.load_id, said.said_at, said.growth_is_lower_bound, said.compared_with,
        said.in_top_100, said.hashtag_views, said.hashtag_views_is_lower_bound, said.published_on,
        said.source, said.is_sample)
        or coalesce(
            abs(kept.growth_pct - 100 * said.growth_ratio) >= 0.01,
            (kept.growth_pct is null) <> (said.growth_ratio is null)
        )
),

levels as (
    select geography, geography_level from marts.rpt_market_size_weekly
    union
    select geography, geography_level from marts.rpt_market_size_monthly
    union
    select geography, geography_level from marts.rpt_market_size_quarterly
    union
    select geography, geography_level from marts.rpt_app_leaderboard_weekly
    union
    select geography, geography_level from marts.rpt_app_leaderboard_monthly
    union
    select geography, geography_level from marts.rpt_market_concentration_monthly
),

-- Only countries have names of two letters; the rest are regions.
levels_unlike_geographies as (
    from levels
    where
        geography_level is distinct from case
            when geography = 'World' then 'world'
            when geography = 'World ex-China' then 'world_ex_china'
            when geography = 'Other' then 'other'
            when length(geography) = 2 then 'country'
            else 'region'
        end
)

select
    (select count(*) from marts.dim_vendor) as row_count,
    (select coalesce(sum(wrong_rows), 0) from wrong_marks) as sample_marks_unlike_loads,
    (select list(w) from (from wrong_marks order by all limit 5) as w)
        as sample_marks_unlike_loads_samples,
    (select count(*) from vendors_unlike_list) as vendors_unlike_list,
    (select list(v) from (from vendors_unlike_list order by all limit 5) as v)
        as vendors_unlike_list_samples,
    (select count(*) from events_unlike_list) as events_unlike_list,
    (select list(e) from (from events_unlike_list order by all limit 5) as e)
        as events_unlike_list_samples,
    (select count(*) from searches_unlike_loads) as searches_unlike_loads,
    (select list(s) from (from searches_unlike_loads order by all limit 5) as s)
        as searches_unlike_loads_samples,
    (select count(*) from levels_unlike_geographies) as levels_unlike_geographies,
    (select list(s) from (from levels_unlike_geographies order by all limit 5) as s)
        as levels_unlike_geographies_samples
