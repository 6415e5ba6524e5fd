with

revenues as (
    select *
    from {{ ref('fct_market_forecasts') }}
    where metric = 'revenue'
),

revised as (
    select
        *,
        lag(published_on) over (
            partition by publisher, geography, segment, unit, value_basis, year
            order by published_on asc nulls last
        ) as previous_published_on,
        lag(value) over (
            partition by publisher, geography, segment, unit, value_basis, year
            order by published_on asc nulls last
        ) as previous_value
    from revenues
),

-- The FAST channels of the same vintage, or of the newest earlier one of the same publisher.
fast_choices as (
    select
        microdramas.publisher,
        microdramas.published_on,
        microdramas.unit,
        microdramas.value_basis,
        microdramas.year,
        fast.value as fast_value,
        fast.published_on as fast_published_on,
        row_number() over (
            partition by
                microdramas.publisher,
                microdramas.published_on,
                microdramas.unit,
                microdramas.value_basis,
                microdramas.year
            order by fast.published_on desc nulls last
        ) as recency
    from revenues as microdramas
    inner join revenues as fast
        on
            microdramas.publisher = fast.publisher
            and microdramas.published_on >= fast.published_on
            and microdramas.geography = fast.geography
            and microdramas.unit = fast.unit
            and microdramas.value_basis = fast.value_basis
            and microdramas.year = fast.year
    where
        microdramas.segment = 'microdramas'
        and microdramas.geography = 'World'
        and fast.segment = 'FAST channels'
),

-- The newest actual that the same publisher printed after a figure that was not an actual.
actual_choices as (
    select
        figures.publisher,
        figures.published_on,
        figures.geography,
        figures.segment,
        figures.unit,
        figures.value_basis,
        figures.year,
        actuals.value as later_actual_value,
        row_number() over (
            partition by
                figures.publisher,
                figures.published_on,
                figures.geography,
                figures.segment,
                figures.unit,
                figures.value_basis,
                figures.year
            order by actuals.published_on desc nulls last
        ) as recency
    from revenues as figures
    inner join revenues as actuals
        on
            figures.publisher = actuals.publisher
            and figures.published_on < actuals.published_on
            and figures.geography = actuals.geography
            and figures.segment = actuals.segment
            and figures.unit = actuals.unit
            and figures.value_basis = actuals.value_basis
            and figures.year = actuals.year
    where figures.value_kind <> 'actual' and actuals.value_kind = 'actual'
)

select
    revised.publisher,
    revised.geography,
    revised.segment,
    revised.year,
    revised.metric,
    revised.unit,
    revised.published_on,
    revised.previous_published_on,
    revised.value,
    revised.previous_value,
    {{ change_pct('revised.value', 'revised.previous_value') }} as revision_pct,
    revised.value_kind,
    fast_choices.fast_value,
    fast_choices.fast_published_on,
    cast(
        revised.value / nullif(fast_choices.fast_value, 0) as decimal(9, 4)
    ) as ratio_to_fast,
    actual_choices.later_actual_value,
    {{ change_pct('revised.value', 'actual_choices.later_actual_value') }} as error_pct,
    revised.is_sample
from revised
left join fast_choices
    on
        revised.publisher = fast_choices.publisher
        and revised.published_on = fast_choices.published_on
        and revised.unit = fast_choices.unit
        and revised.value_basis = fast_choices.value_basis
        and revised.year = fast_choices.year
        and revised.segment = 'microdramas'
        and revised.geography = 'World'
        and fast_choices.recency = 1
left join actual_choices
    on
        revised.publisher = actual_choices.publisher
        and revised.published_on = actual_choices.published_on
        and revised.geography = actual_choices.geography
        and revised.segment = actual_choices.segment
        and revised.unit = actual_choices.unit
        and revised.value_basis = actual_choices.value_basis
        and revised.year = actual_choices.year
        and actual_choices.recency = 1
