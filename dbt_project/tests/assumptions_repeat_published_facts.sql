-- Ends of an assumption's range that name a published fact but differ from its figure.
with

ends as (
    select
        assumption_id,
        low_fact_id as fact_id,
        low as amount
    from {{ ref('monetisation_assumptions') }}

    union all

    select
        assumption_id,
        high_fact_id as fact_id,
        high as amount
    from {{ ref('monetisation_assumptions') }}
)

select
    ends.assumption_id,
    ends.fact_id,
    ends.amount,
    figures.value
from ends
left join {{ ref('published_figures') }} as figures
    on ends.fact_id = figures.fact_id
where
    ends.fact_id is not null
    and (figures.value is null or figures.value <> ends.amount)
