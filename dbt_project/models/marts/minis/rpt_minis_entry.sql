with

-- What a month's catalogue shows holds until the next catalogue.
months as (
    select
        landscape.*,
        lead(landscape.month_start_on) over (
            partition by landscape.market order by landscape.month_start_on asc nulls last
        ) as until_on
    from {{ ref('rpt_minis_landscape') }} as landscape
),

-- The base scenario, and the best and the worst of all of a model.
needed as (
    select
        revenue_model,
        max(unit_counted) as unit,
        min(break_even_units) as value_low,
        max(case when scenario_id = revenue_model || '.base' then break_even_units end) as value,
        max(break_even_units) as value_high
    from {{ ref('rpt_monetisation_breakeven') }}
    group by revenue_model
),

-- Countries are never added up: a tag of another country is another row.
tags as (
    select
        months.month_start_on,
        months.market,
        '#' || snapshots.hashtag_name || ' ' || snapshots.country_code as item,
        snapshots.views,
        snapshots.provider,
        snapshots.as_of_on,
        snapshots.is_sample,
        row_number() over (
            partition by
                months.month_start_on,
                months.market,
                snapshots.hashtag_name,
                snapshots.country_code
            order by
                snapshots.as_of_on desc nulls last,
                snapshots.as_of_at desc nulls last,
                snapshots.provider asc nulls last,
                snapshots.hashtag_id asc nulls last
        ) as recency
    from months
    inner join {{ ref('fct_hashtag_snapshots') }} as snapshots
        on
            (months.until_on is null or months.until_on > snapshots.as_of_on)
            and (months.market = snapshots.country_code or months.market = 'World')
    inner join {{ ref('hashtag_kinds') }} as kinds
        on snapshots.hashtag_name = kinds.hashtag_name
    where
        snapshots.window_days = 7
        and snapshots.views is not null
),

searches as (
    select
        months.month_start_on,
        interest.*,
        row_number() over (
            partition by months.month_start_on, interest.market, interest.subject
            order by interest.window_end_on desc nulls last, interest.window_start_on asc nulls last
        ) as recency
    from months
    inner join {{ ref('fct_minis_search_interest') }} as interest
        on
            months.market = interest.market
            and (months.until_on is null or months.until_on > interest.published_on)
),

rows_with_values as (
    select
        months.month_start_on,
        months.market,
        'reach_needed' as topic,
        needed.revenue_model as item,
        needed.unit,
        needed.value_low,
        needed.value,
        needed.value_high,
        false as is_lower_bound,
        'assumption' as certainty,
        'rpt_monetisation_breakeven; assumptions in dim_monetisation_assumption' as source,
        cast(null as date) as as_of_on,
        false as is_sample
    from months
    cross join needed

    union all

    select
        month_start_on,
        market,
        'reach_observed' as topic,
        item,
        'views in 7 days' as unit,
        null as value_low,
        views as value,
        null as value_high,
        false as is_lower_bound,
        'observed' as certainty,
        'TikTok hashtags (' || provider || ')' as source,
        as_of_on,
        is_sample
    from tags
    where recency = 1

    {% for topic, item, unit, value, lower_bound in [
        ('search', 'growth of ', 'percent', 'growth_pct', 'growth_is_lower_bound'),
        ('reach_observed', 'tags of ', 'views', 'hashtag_views', 'hashtag_views_is_lower_bound'),
    ] %}
        union all

        select
            month_start_on,
            market,
            '{{ topic }}' as topic,
            '{{ item }}' || subject as item,
            '{{ unit }}' as unit,
            null as value_low,
            {{ value }} as value,
            null as value_high,
            coalesce({{ lower_bound }}, false) as is_lower_bound,
            'secondary' as certainty,
            source,
            published_on as as_of_on,
            is_sample
        from searches
        where recency = 1 and {{ value }} is not null
    {% endfor %}

    {% for topic, item, unit, low, value, high, lower_bound in [
        ('supply', 'drama_apps', 'apps', 'null', 'drama_apps', 'null', 'false'),
        ('supply', 'game_apps', 'apps', 'null', 'game_apps', 'null', 'false'),
        ('supply', 'leaders_present', 'apps', 'null', 'leaders_present', 'null', 'false'),
        ('supply', 'leaders_absent', 'apps', 'null', 'leaders_absent', 'null', 'false'),
        ('supply', 'leaders_unknown', 'apps', 'null', 'leaders_unknown', 'null', 'false'),
        (
            'price', 'unlock_price', 'USD', 'unlock_price_low_usd',
            'case when unlock_price_low_usd = unlock_price_high_usd then unlock_price_low_usd end',
            'unlock_price_high_usd', 'coalesce(unlock_price_has_lower_bound, false)'
        ),
        (
            'price', 'month_price', 'USD', 'monthly_price_low_usd',
            'case when monthly_price_low_usd = monthly_price_high_usd then monthly_price_low_usd end',
            'monthly_price_high_usd', 'false'
        ),
        (
            'price', 'month_discount', 'ratio', 'discount_low_ratio',
            'case when discount_low_ratio = discount_high_ratio then discount_low_ratio end',
            'discount_high_ratio', 'false'
        ),
    ] %}
        union all

        select
            month_start_on,
            market,
            '{{ topic }}' as topic,
            '{{ item }}' as item,
            '{{ unit }}' as unit,
            {{ low }} as value_low,
            {{ value }} as value,
            {{ high }} as value_high,
            {{ lower_bound }} as is_lower_bound,
            'secondary' as certainty,
            'fct_minis_offers and rpt_minis_leaders, each row with its source' as source,
            as_of_on,
            is_sample
        from months
        where coalesce({{ low if low != 'null' else value }}, {{ high }}) is not null
    {% endfor %}
)

select
    month_start_on,
    market,
    topic,
    item,
    unit,
    cast(value_low as decimal(18, 4)) as value_low,
    cast(value as decimal(18, 4)) as value,
    cast(value_high as decimal(18, 4)) as value_high,
    is_lower_bound,
    certainty,
    cast(null as {{ type_string() }}) as statement_en,
    cast(null as {{ type_string() }}) as statement_zh,
    source,
    as_of_on,
    is_sample
from rows_with_values

union all

select
    months.month_start_on,
    months.market,
    statements.topic,
    statements.statement_id as item,
    null as unit,
    null as value_low,
    null as value,
    null as value_high,
    false as is_lower_bound,
    statements.certainty,
    statements.statement_en,
    statements.statement_zh,
    statements.source,
    statements.published_on as as_of_on,
    false as is_sample
from months
inner join {{ ref('minis_statements') }} as statements
    on
        months.market = 'World'
        and (months.until_on is null or months.until_on > statements.published_on)
