"""What people bring as files: forecasts three times a year, the Minis once a month, search weekly.

A new edition restates the past a little and the future more. In Minis apps are added, prices hardly
move, and a source gives a number instead of names.
"""

from datetime import date, timedelta

from ordinary.loads import OrdinaryLoad, around, at_noon
from shortdrama.core.windows import Window

EDITIONS = {(2, 17): "4Q", (6, 16): "1H", (10, 14): "2H"}
"""Days on which an edition is published, and how its version begins."""
BROUGHT_AFTER = 3
"""Days from the publication until somebody drops the workbook."""


def forecasts(said_on: date, restless: float = 1.0) -> OrdinaryLoad | None:
    """The edition that was published three days ago, if there is one."""
    published = said_on - timedelta(days=BROUGHT_AFTER)
    half = EDITIONS.get((published.month, published.day))
    if half is None:
        return None
    version = f"{half}{(published.year - (published.month == 2)) % 100}"
    this_year = published.year - (published.month == 2)
    edition = f"'{published}'"
    sql = f"""
with markets as (
    select * from (values
        ('World', 'microdramas', 11e9, 8), ('World ex-China', 'microdramas', 1.87e9, 9),
        ('CN', 'microdramas', 9.13e9, 10), ('US', 'microdramas', 1.1e9, 11),
        ('JP', 'microdramas', 0.12e9, 12), ('BR', 'microdramas', 0.03e9, 13),
        ('KR', 'microdramas', 0.05e9, 14), ('GB', 'microdramas', 0.06e9, 15),
        ('IN', 'microdramas', 0.04e9, 16), ('World', 'FAST channels', 5.8e9, 17)
    ) as f(geography, segment, base, line)
),
told as (
    select
        *,
        base * pow(if(year <= 2025, if(segment = 'microdramas', 1.35, 1.1), 1.12), year - 2025)
        * if(
            year < {this_year}, 1,
            {around("segment", edition, by=0.05 * restless)}
        ) as value
    from markets, range({this_year - 4}, {this_year + 6}) as y(year)
),
world as (
    select
        * replace (case geography
            when 'World' then if(segment = 'microdramas', sum(
                if(geography in ('CN', 'World ex-China'), value, 0)
            ) over (partition by segment, year), value)
            else value
        end as value)
    from told
)
select
    'Omdia', date {edition}, '{version}', geography, segment, 'revenue', 'USD', year,
    if(year < {this_year}, 'actual', if(year = {this_year}, 'estimate', 'forecast')),
    cast(round(value, -6) as decimal(20, 4)), false, 'gross', 'inferred', 'omdia.xlsx', 'Revenue',
    chr(cast(65 + year - {this_year - 4} as integer)) || line
from world
union all
select
    'Omdia', date {edition}, '{version}', 'CN', 'microdramas', 'revenue_share', 'ratio', year,
    if(year < {this_year}, 'actual', if(year = {this_year}, 'estimate', 'forecast')),
    cast(round(
        max(if(geography = 'CN', value, null)) / max(if(geography = 'World', value, null)), 2
    ) as decimal(20, 4)),
    false, 'n/a', 'n/a', 'omdia.xlsx', 'Share', 'B' || year
from world
where segment = 'microdramas'
group by year
"""
    return OrdinaryLoad(sql, Window(start=published, end=published), (), at_noon(said_on))


def minis_catalog(said_on: date, restless: float = 1.0) -> OrdinaryLoad | None:
    """The catalogue of the month's first day, written down on the third."""
    if said_on.day != 3:
        return None
    snapshot = said_on - timedelta(days=2)
    months = (snapshot.year - 2025) * 12 + snapshot.month
    sql = f"""
select
    date '{snapshot}', 'US', id, kind, evidence, apps, name, null, null, model, free, free + 2,
    if(price is null, null, 40), if(price is null, null, cast(price * 200 as integer)), price,
    price is not null,
    if(evidence = 'market_terms', 40, round(price * 4, 0)),
    if(evidence = 'market_terms', 80, round(price * 8, 0)),
    discount, if(evidence = 'named', date '2025-01-15', null),
    if(evidence = 'named', date '{snapshot}', null), date '{said_on}', 'a newspaper'
from (
    select
        if(n % 4 = 0, 'game-', 'drama-') || n as id, if(n % 4 = 0, 'game', 'drama') as kind,
        'named' as evidence, 1 as apps, 'Mini ' || n as name,
        if(n % 4 = 0, 'ads', 'beans') as model,
        if(n % 4 = 0, null, 8 + n % 3) as free,
        if(n % 4 = 0, null, cast(round(
            (9 + n % 4) * {around("n", str(months // 4), by=0.05 * restless)}, 2
        ) as decimal(10, 2))) as price,
        if(n % 4 = 0, null, 0.1) as discount
    from range(1, {min(9 + months // 2, 24)} + 1) as r(n)
    union all select 'unnamed-dramas', 'drama', 'count_only', {6 + months // 3},
        null, null, null, null, null
    union all select 'unnamed-games', 'game', 'count_only', {20 + months // 2},
        null, null, null, null, null
    union all select 'drama-market', 'drama', 'market_terms', null, null, null, 8, 10.00, 0.1
)
"""
    return OrdinaryLoad(sql, Window(start=snapshot, end=snapshot), (), at_noon(said_on))


def search_interest(said_on: date, restless: float = 1.0) -> OrdinaryLoad | None:
    """The week that ended on Sunday, written down on Tuesday."""
    if said_on.weekday() != 1:
        return None
    window = Window(start=said_on - timedelta(days=8), end=said_on - timedelta(days=2))
    weeks = (window.end - date(2025, 1, 5)).days // 7
    sql = f"""
select
    date '{window.start}', date '{window.end}', 'ZZ', subject, growth, growth is not null,
    base, growth is null, views, views is not null, date '{said_on}', 'a newspaper'
from (values
    ('TikTok Minis',
        cast(round(0.4 * {around(f"'{window.end}'", by=min(0.9, 0.5 * restless))}, 2)
            as decimal(12, 4)), 'four weeks before', null),
    ('#TikTokMinis', null, null, {5_000_000 + 400_000 * weeks}),
    ('#MinisGames', null, null, {9_000_000 + 500_000 * weeks}),
    ('#MinisShorts', null, null, {2_000_000 + 90_000 * weeks})
) as s(subject, growth, base, views)
"""
    return OrdinaryLoad(sql, window, (), at_noon(said_on))
