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
    )
),

wrong_marks as (
    select mart, marks.is_sample, kinds.is_sample as should_be, count(*) as wrong_rows
    from marks
    cross join kinds
    where marks.is_sample is distinct from kinds.is_sample
    group by all
),

vendors_unlike_list as (
    select vendor, 'in the mart' as stands from (
        from marts.dim_vendor except all from seeds.vendors
    )
    union all
    select vendor, 'in the list' from (
        from seeds.vendors except all from marts.dim_vendor
    )
),

events as (
    select event_id, kind, starts_on, ends_on, geography, title_en, title_zh, source
    from marts.fct_market_events
),

listed_events as (
    select event_id, kind, starts_on, ends_on, geography, title_en, title_zh, source
    from seeds.market_events
),

events_unlike_list as (
    select event_id, 'in the mart' as stands from (from events except all from listed_events)
    union all
    select event_id, 'in the list' from (from listed_events except all from events)
),

searches_unlike_loads as (
    select market, subject, window_start_on, growth_pct
    from marts.fct_minis_search_interest as kept
    anti join raw.minis_search_interest as said
        on
            (kept.load_id, kept.market, kept.subject, kept.window_start_on, kept.window_end_on)
            = (said.load_id, if(said.market = 'ZZ', 'World', said.market), said.subject, said.window_start_on, said.window_end_on)
        and abs(kept.growth_pct - 100 * said.growth_ratio) < 0.01
        and kept.growth_is_lower_bound is not distinct from said.growth_is_lower_bound
    where growth_pct is not null
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
        as searches_unlike_loads_samples
