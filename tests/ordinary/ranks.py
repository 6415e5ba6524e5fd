"""Ranks: a pull of the trailing 35 days of six charts in nine countries.

A listing has the place of its size among all apps of its category, most of which are none of ours.
It moves a little from day to day; a small app is in the chart on some days only. The tablet's chart
of Apple is shallower, and Google's come a day late.
"""

from datetime import date, timedelta

from ordinary.loads import OrdinaryLoad, around, at_noon
from ordinary.market import PRODUCTS, ramp
from shortdrama.core.windows import Window

COUNTRIES = ("US", "BR", "ID", "JP", "GB", "DE", "MX", "IN", "KR")
CHARTS = """
    ('apple', 6016, 'Entertainment', 'handheld', 'free', 200),
    ('apple', 6016, 'Entertainment', 'handheld', 'topgrossing', 200),
    ('apple', 6016, 'Entertainment', 'tablet', 'free', 100),
    ('apple', 6016, 'Entertainment', 'tablet', 'topgrossing', 100),
    ('google_play', 25300, 'Entertainment (Google)', 'handheld', 'free', 200),
    ('google_play', 25300, 'Entertainment (Google)', 'handheld', 'topgrossing', 200)
"""
DAYS = 35


def load(said_on: date, restless: float = 1.0) -> OrdinaryLoad:
    """What is said on a day about the 35 days before it."""
    window = Window(start=said_on - timedelta(days=DAYS), end=said_on - timedelta(days=1))
    sql = f"""
with weighed as (
    select
        product_id, country_code, category_id, category_name, device, subtype, depth,
        cast(days.d as date) as d,
        size
        * {ramp("cast(days.d as date)")}
        * if(subtype = 'free', 1, price_level)
        * {around("app", "country_code", "subtype", by=0.5)}
        * {around("app", "country_code", "week(days.d)", by=0.05 * restless)}
        * {around("product_id", "country_code", "device", "subtype", "days.d", by=0.04 * restless)}
            as weight
    from ({PRODUCTS}) as products
    inner join (values {CHARTS})
        as charts(chart_store, category_id, category_name, device, subtype, depth)
        on products.store = charts.chart_store,
        unnest({list(COUNTRIES)}) as countries(country_code),
        generate_series(date '{window.start}', date '{window.end}', interval 1 day) as days(d)
    where
        cast(days.d as date) >= launched_on
        and cast(days.d as date) < left_on
        and (
            products.store = 'apple' or cast(days.d as date) < date '{said_on - timedelta(days=1)}'
        )
),
placed as (
    -- Between two of ours stand about as many others, more of them further down.
    select *, cast(3.1 * row_number() over (
        partition by country_code, category_id, device, subtype, d order by weight desc, product_id
    ) - 2 as integer) as place
    from weighed
)
select product_id, country_code, category_id, category_name, device, subtype, d, place
from placed
where place <= depth
"""
    return OrdinaryLoad(sql, window, COUNTRIES, at_noon(said_on))
