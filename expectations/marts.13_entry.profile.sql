-- The entry into Minis: each of its lines from the mart that it names.
with

-- What a month's catalogue shows holds until the next catalogue.
months as (
    select *, coalesce(
        lead(month_start_on) over (partition by market order by month_start_on),
        date '9999-12-31'
    ) as until_on
    from marts.rpt_minis_landscape
),

needs as (
    select revenue_model, any_value(unit_counted) as unit, min(break_even_units) as value_low,
        any_value(break_even_units) filter (where scenario_id = revenue_model || '.base') as value,
        max(break_even_units) as value_high
    from marts.rpt_monetisation_breakeven
    group by revenue_model
),

tags as (
    select month_start_on, market, '#' || hashtag_name || ' ' || country_code as item,
        snapshots.views, 'TikTok hashtags (' || provider || ')' as source, snapshots.as_of_on,
        snapshots.is_sample
    from months
    inner join marts.fct_hashtag_snapshots as snapshots
        on snapshots.as_of_on < until_on and market in (country_code, 'World')
    semi join seeds.hashtag_kinds as kinds on kinds.hashtag_name = snapshots.hashtag_name
    where window_days = 7 and views is not null
    qualify row_number() over (
        partition by month_start_on, market, hashtag_name, country_code
        order by snapshots.as_of_on desc, as_of_at desc, provider, hashtag_id
    ) = 1
),

searches as (
    select month_start_on, interest.*
    from months
    inner join marts.fct_minis_search_interest as interest
        on interest.market = months.market and interest.published_on < until_on
    qualify row_number() over (
        partition by month_start_on, interest.market, subject
        order by window_end_on desc, window_start_on
    ) = 1
),

landscapes as (
    select month_start_on, market, as_of_on, is_sample, unnest([
        {'topic': 'supply', 'item': 'drama_apps', 'unit': 'apps', 'low': null,
         'value': cast(drama_apps as decimal(18, 4)), 'high': null, 'is_bound': false},
        {'topic': 'supply', 'item': 'game_apps', 'unit': 'apps', 'low': null,
         'value': game_apps, 'high': null, 'is_bound': false},
        {'topic': 'supply', 'item': 'leaders_present', 'unit': 'apps', 'low': null,
         'value': leaders_present, 'high': null, 'is_bound': false},
        {'topic': 'supply', 'item': 'leaders_absent', 'unit': 'apps', 'low': null,
         'value': leaders_absent, 'high': null, 'is_bound': false},
        {'topic': 'supply', 'item': 'leaders_unknown', 'unit': 'apps', 'low': null,
         'value': leaders_unknown, 'high': null, 'is_bound': false},
        {'topic': 'price', 'item': 'unlock_price', 'unit': 'USD', 'low': unlock_price_low_usd,
         'value': null, 'high': unlock_price_high_usd,
         'is_bound': coalesce(unlock_price_has_lower_bound, false)},
        {'topic': 'price', 'item': 'month_price', 'unit': 'USD', 'low': monthly_price_low_usd,
         'value': null, 'high': monthly_price_high_usd, 'is_bound': false},
        {'topic': 'price', 'item': 'month_discount', 'unit': 'ratio', 'low': discount_low_ratio,
         'value': null, 'high': discount_high_ratio, 'is_bound': false}
    ], recursive := true)
    from months
),

figures as (
    select month_start_on, market, 'reach_needed' as topic, revenue_model as item, needs.unit,
        value_low, value, value_high, false as is_lower_bound, 'assumption' as certainty,
        null as as_of_on, false as is_sample, null as source
    from months
    cross join needs
    union all
    select month_start_on, market, 'reach_observed', item, 'views in 7 days', null, views, null,
        false, 'observed', as_of_on, is_sample, source
    from tags
    union all
    select month_start_on, market, 'search', 'growth of ' || subject, 'percent', null, growth_pct,
        null, coalesce(growth_is_lower_bound, false), 'secondary', published_on, is_sample,
        source
    from searches
    where growth_pct is not null
    union all
    select month_start_on, market, 'reach_observed', 'tags of ' || subject, 'views', null,
        hashtag_views, null, coalesce(hashtag_views_is_lower_bound, false), 'secondary',
        published_on, is_sample, source
    from searches
    where hashtag_views is not null
    union all
    select month_start_on, market, topic, item, unit, low,
        if(topic = 'price' and low = high, low, value), high, is_bound, 'secondary', as_of_on,
        is_sample, null
    from landscapes
    where coalesce(low, value, high) is not null
),

statements as (
    select month_start_on, market, topic, statement_id as item, null as unit, null as value_low,
        null as value, null as value_high, false as is_lower_bound, certainty, statement_en,
        statement_zh, published_on as as_of_on, false as is_sample, source
    from months
    inner join seeds.minis_statements on market = 'World' and published_on < until_on
),

entries as (
    from figures
    union all by name
    from statements
),

entry_unlike_marts as (
    select month_start_on, market, topic, item, reports.value, entries.value as should_be,
        reports.value_low, entries.value_low as low_should_be
    from marts.rpt_minis_entry as reports
    full join entries using (month_start_on, market, topic, item)
    where
        (reports.unit, reports.value_low, reports.value, reports.value_high,
        reports.is_lower_bound, reports.certainty, reports.statement_en, reports.statement_zh,
        reports.as_of_on, reports.is_sample)
        is distinct from
        (entries.unit, entries.value_low, entries.value, entries.value_high,
        entries.is_lower_bound, entries.certainty, entries.statement_en, entries.statement_zh,
        entries.as_of_on, entries.is_sample)
        or entries.source <> reports.source
)

select
    (select count(*) from entries) as row_count,
    (select count(*) from entry_unlike_marts) as minis_entry_unlike_marts,
    (select list(s) from (from entry_unlike_marts order by all limit 5) as s)
        as minis_entry_unlike_marts_samples
