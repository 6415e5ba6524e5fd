with

months as (
    select distinct
        cast({{ date_trunc('month', 'as_of_on') }} as date) as month_start_on,
        cast(
            {{ dateadd('day', -1, dateadd('month', 1, date_trunc('month', 'as_of_on'))) }} as date
        ) as month_end_on
    from {{ ref('fct_minis_offers') }}
),

leaders as (
    select distinct leader
    from {{ ref('minis_leader_routes') }}
),

routes as (
    {% for route in ['own_app', 'minis', 'series', 'official_account'] %}
        select '{{ route }}' as route
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- What has been published, and what the month's catalogue shows: an offer linked to the leader.
statements as (
    select
        months.month_start_on,
        published.leader,
        published.route,
        published.status,
        published.published_on,
        published.source,
        published.certainty
    from months
    inner join {{ ref('minis_leader_routes') }} as published
        on months.month_end_on >= published.published_on

    union all

    select
        cast({{ date_trunc('month', 'offers.as_of_on') }} as date) as month_start_on,
        apps.app_name as leader,
        'minis' as route,
        'present' as status,
        offers.as_of_on as published_on,
        offers.source,
        'secondary' as certainty
    from {{ ref('fct_minis_offers') }} as offers
    inner join {{ ref('int_apps') }} as apps
        on offers.unified_app_id = apps.app_id
    where offers.kind = 'drama'
),

newest as (
    select
        *,
        row_number() over (
            partition by month_start_on, leader, route
            order by published_on desc nulls last, status desc nulls last, source asc nulls last
        ) as recency
    from statements
)

select
    months.month_start_on,
    leaders.leader,
    routes.route,
    coalesce(newest.status, 'unknown') as status,
    newest.published_on,
    newest.source,
    newest.certainty
from months
cross join leaders
cross join routes
left join newest
    on
        months.month_start_on = newest.month_start_on
        and leaders.leader = newest.leader
        and routes.route = newest.route
        and newest.recency = 1
