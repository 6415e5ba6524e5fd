"""The market behind the ordinary days: its products, countries and calendar, as SQL.

340 listings of 170 apps in two stores. Sizes follow Zipf's law. Apps are launched and given up, a
new one grows for three months; the market grows by 2% a month, weekends are a quarter higher, and
Christmas and New Year higher again.
"""

from ordinary.loads import around, uniform

COUNTRIES: dict[str, tuple[float, float]] = {
    "ZZ": (1.0, 1.9),
    "US": (0.10, 9.5),
    "IN": (0.20, 0.05),
    "BR": (0.09, 0.5),
    "ID": (0.12, 0.12),
    "MX": (0.05, 0.7),
    "JP": (0.03, 6.0),
    "GB": (0.02, 5.0),
    "DE": (0.02, 4.5),
    "PH": (0.05, 0.15),
    "KR": (0.02, 5.5),
    "TR": (0.03, 0.5),
    "SG": (0.003, 4.0),
    "CN": (0.02, 1.0),
}
"""Share of the world's downloads, and net US dollars per download."""

APPS = 170
FIRST_PRODUCT = 336744124000
STEADY_APPS = 12
"""The largest apps were there before the first day and stay."""

PRODUCTS = f"""
select
    {FIRST_PRODUCT} + 2 * app + listing as product_id,
    app,
    if(listing = 0, 'apple', 'google_play') as store,
    400000 / pow(app, 0.95) * if(listing = 0, 0.4, 0.6) as size,
    if(listing = 0, 1.5, 0.67) * {around("app", "'price'", by=0.5)} as price_level,
    if(
        app <= {STEADY_APPS} or {uniform("app", "'old'")} < 0.6,
        date '2023-01-01',
        cast(
            date '2024-01-01' + cast(floor(1000 * {uniform("app", "'launch'")}) as integer) as date
        )
    ) as launched_on,
    if(
        app > {STEADY_APPS} and {uniform("app", "'exit'")} < 0.2,
        cast(
            date '2025-03-01' + cast(floor(500 * {uniform("app", "'when'")}) as integer) as date
        ),
        date '2099-01-01'
    ) as left_on
from range(1, {APPS} + 1) as apps(app), range(2) as listings(listing)
"""
"""product_id, app (1 is the largest), store, size (downloads a day), price_level and life span."""

COUNTRY_ROWS = ", ".join(
    f"('{code}', {share}, {per_download})" for code, (share, per_download) in COUNTRIES.items()
)


def calendar(day: str) -> str:
    """SQL of how busy a day is; 1 is a working day in July 2025."""
    return f"""(
        pow(1.02, date_diff('day', date '2025-07-01', {day}) / 30.4)
        * if(dayofweek({day}) in (0, 6), 1.25, 1.0)
        * case
            when month({day}) = 12 and day({day}) between 24 and 27 then 1.3
            when month({day}) = 12 and day({day}) > 27 then 1.2
            when month({day}) = 1 and day({day}) <= 2 then 1.25
            else 1.0
        end
    )"""


def ramp(day: str) -> str:
    """SQL of how far a product has grown since its launch, 0-1."""
    return f"least(1.0, 0.1 + date_diff('day', launched_on, {day}) / 90.0)"
