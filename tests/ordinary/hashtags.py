"""Hashtags: the chart of 100 and five watched tags of any size, of four countries and two windows.

A tag's interest follows Zipf's law, swings over weeks, and jumps now and then for some days. The
curve is relative to its highest day. A watched tag outside the chart has no rank.
"""

from datetime import date, timedelta

from ordinary.loads import OrdinaryLoad, around, at_noon, uniform
from shortdrama.core.windows import Window

COUNTRIES = {"US": 1.0, "ID": 0.8, "BR": 0.5, "PH": 0.3}
TAGS = 130
CHART = 100
WATCHED = ("shortdrama", "minidrama", "reelshort", "minisgames", "tiktokminis")
"""The last five tags."""


def load(said_on: date, restless: float = 1.0) -> OrdinaryLoad:
    """The snapshot of a day at noon."""
    countries = ", ".join(f"('{code}', {size})" for code, size in COUNTRIES.items())
    watched = ", ".join(f"'{name}'" for name in WATCHED)
    first = said_on - timedelta(days=31)
    # All-time totals only grow, by about what a day brings.
    elapsed = (said_on - date(2024, 1, 1)).days
    sql = f"""
with tags as (
    select
        tag,
        if(tag > {TAGS - len(WATCHED)}, [{watched}][tag - {TAGS - len(WATCHED)}], 'tag' || tag)
            as name,
        600000.0 / pow(1 + (tag * 37) % {TAGS}, 0.9) as size
    from range(1, {TAGS} + 1) as t(tag)
),
days as (
    select
        tag, name, size, country_code, cast(d as date) as d,
        size * pop
        * {around("tag", "country_code", "week(d)", by=0.12 * restless)}
        * {around("tag", "country_code", "d", by=0.1 * restless)}
        * if({uniform("tag", "country_code", "week(d)", "'jump'")} < {0.004 * restless}, 3, 1)
        * if(dayofweek(d) in (0, 6), 1.2, 1.0) as views
    from tags,
        (values {countries}) as countries(country_code, pop),
        generate_series(date '{first}', date '{said_on - timedelta(days=2)}', interval 1 day)
            as dd(d)
),
windows as (
    select
        tag, name, size, country_code, w,
        cast(sum(views) as bigint) as views,
        max(views) as peak,
        list({{'d': d, 'views': views}} order by d desc) as points
    from days, unnest([7, 30]) as ww(w)
    where d > date '{said_on - timedelta(days=2)}' - cast(w as integer)
    group by all
),
charted as (
    select *, row_number() over (
        partition by country_code, w order by views desc, tag
    ) as place
    from windows
)
select
    cast(7200 + tag as varchar), name, country_code, w,
    timestamp '{said_on} 12:00:00',
    if(place <= {CHART}, cast(place as integer), null),
    if(place <= {CHART}, cast(hash(tag, country_code, '{said_on}') % 5 as integer), null),
    if(place <= {CHART}, 1, null),
    views // 400,
    views,
    cast(size * {elapsed} / 300 as bigint),
    cast(size * {elapsed} as bigint),
    false, null,
    list_transform(points, p -> {{
        'curve_on': p.d,
        'relative_value': cast(p.views / peak as decimal(9, 6)),
        'views': null,
        'rank': null
    }}),
    if(tag % 3 = 0, [
        {{'age_level': '18-24', 'score': 0.6}}, {{'age_level': '25-34', 'score': 0.4}}
    ], null)
from charted
where place <= {CHART} or name in ({watched})
"""
    return OrdinaryLoad(sql, Window(start=said_on, end=said_on), tuple(COUNTRIES), at_noon(said_on))
