with

starts as (
    {% for period_kind in ['week', 'month', 'quarter'] %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ period_kind }}' as period_kind,
            date_on,
            cast({{ date_trunc(period_kind, 'date_on') }} as date) as period_start_on,
            cast(
                {{ dateadd(period_kind, 1, date_trunc(period_kind, 'date_on')) }} as date
            ) as next_start_on
        from {{ ref('int_calendar_days') }}
    {% endfor %}
),

parts as (
    select
        *,
        cast({{ dateadd('day', -1, 'next_start_on') }} as date) as period_end_on,
        -- an ISO week belongs to the year of its Thursday
        cast({{ dateadd('day', 3, 'period_start_on') }} as date) as thursday_on,
        cast(extract(year from period_start_on) as {{ type_string() }}) as year_text
    from starts
)

select
    period_kind,
    date_on,
    period_start_on,
    period_end_on,
    case period_kind
        when 'quarter'
            then
                concat(
                    year_text,
                    'Q',
                    cast(extract(quarter from period_start_on) as {{ type_string() }})
                )
        when 'month'
            then
                concat(
                    year_text,
                    '-',
                    lpad(cast(extract(month from period_start_on) as {{ type_string() }}), 2, '0')
                )
        else
            concat(
                cast(extract(year from thursday_on) as {{ type_string() }}),
                '-W',
                lpad(cast(extract(week from thursday_on) as {{ type_string() }}), 2, '0')
            )
    end as period_label,
    cast({{ datediff('period_start_on', 'next_start_on', 'day') }} as int) as period_days
from parts
