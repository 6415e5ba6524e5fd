"""Estimates: a pull of the trailing 35 days.

Google's figures come two days late. A young day is restated by some per cent, an old one hardly.
Every two months the vendor's model is trained again, which moves the last 30 days a little. Once a
quarter the vendor has an outage in a small country, reports zero, and corrects it five days later.
A product without any download in a country and day has no row.
"""

from datetime import date, timedelta

from ordinary.loads import OrdinaryLoad, around, at_noon, uniform
from ordinary.market import COUNTRIES, COUNTRY_ROWS, PRODUCTS, calendar, ramp
from shortdrama.core.windows import Window

DAYS = 35
SMALL_COUNTRIES = ("TR", "SG", "PH", "KR")


def load(said_on: date, restless: float = 1.0) -> OrdinaryLoad:
    """What is said on a day about the 35 days before it."""
    window = Window(start=said_on - timedelta(days=DAYS), end=said_on - timedelta(days=1))
    return OrdinaryLoad(_sql(said_on, window, restless), window, tuple(COUNTRIES), at_noon(said_on))


def _sql(said_on: date, window: Window, restless: float) -> str:
    outage = _outage(said_on, window)
    return f"""
with wanted as (
    select
        product_id, app, store, country_code, cast(days.d as date) as d, price_level, per_download,
        date_diff('day', cast(days.d as date), date '{said_on}') as age,
        size * share
        * {calendar("cast(days.d as date)")}
        * {ramp("cast(days.d as date)")}
        * if(country_code = 'ZZ', 1, {around("app", "country_code", by=0.25)})
        * {around("app", "month(days.d)", "'drift'", by=0.04 * restless)}
        * {around("product_id", "country_code", "days.d", by=0.08 * restless)}
        * if(
            {uniform("app", "country_code", "week(days.d)", "'viral'")} < {0.0008 * restless}
            and app > 10,
            4, 1
        ) as mean
    from ({PRODUCTS}) as products,
        (values {COUNTRY_ROWS}) as countries(country_code, share, per_download),
        generate_series(date '{window.start}', date '{window.end}', interval 1 day) as days(d)
    where cast(days.d as date) >= launched_on and cast(days.d as date) < left_on
),
-- Few downloads are counted, and counts scatter by about their square root.
expected as (
    select
        *,
        greatest(
            0,
            mean + sqrt(mean) * 2 * (
                {uniform("product_id", "country_code", "d", "1")}
                + {uniform("product_id", "country_code", "d", "2")}
                + {uniform("product_id", "country_code", "d", "3")} - 1.5
            )
        ) as downloads
    from wanted
),
said as (
    select
        *,
        downloads
        * if(age <= 3, {around("product_id", "country_code", "d", "age", by=0.04 * restless)}, 1)
        * if(age <= 12, {around("product_id", "d", "age // 4", by=0.01 * restless)}, 1)
        * if(
            age <= 30 + {said_on.timetuple().tm_yday % 60},
            {around("app", str(said_on.toordinal() // 60), by=0.02 * restless)},
            {around("app", str(said_on.toordinal() // 60 - 1), by=0.02 * restless)}
        ) as told
    from expected
    where store = 'apple' or age >= 2
)
select
    product_id, country_code, d,
    cast(round(if({outage}, 0, told)) as bigint),
    cast(
        round(
            if({outage}, 0, told) * per_download * price_level
            * {around("product_id", "d", "'yield'", by=0.05 * restless)}, 2
        ) as decimal(18, 2)
    ),
    'USD'
from said
where told >= 0.5
"""


def _outage(said_on: date, window: Window) -> str:
    """Of a day that begins a quarter, in one small country, until it is corrected."""
    for offset in range(window.days):
        day = window.start + timedelta(days=offset)
        if (day.month % 3, day.day) == (2, 11) and (said_on - day).days <= 5:
            country = SMALL_COUNTRIES[day.month // 3 % len(SMALL_COUNTRIES)]
            return f"country_code = '{country}' and d = date '{day}' and store = 'google_play'"
    return "false"
