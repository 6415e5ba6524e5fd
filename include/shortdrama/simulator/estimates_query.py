"""The parameters of `GET /reports/estimates`, as Appfigures takes them.

Dates are `YYYY-MM-DD` or an offset back from today (`-30`, `-2w`, `-3m`, `-1y`; `0` is today). What
a bare `m` or `y` means is not known, so it is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast, get_args

from shortdrama.simulator.apps import STOREFRONTS, Product
from shortdrama.simulator.countries import CODES
from shortdrama.simulator.months import MODEL_START, first_day, month_of
from shortdrama.simulator.vendor_error import bad_request

Pivot = Literal["product", "country", "date", "storefront"]
Granularity = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
Format = Literal["json", "flat", "csv"]

PIVOTS: dict[str, Pivot] = {
    "product": "product",
    "products": "product",
    "country": "country",
    "countries": "country",
    "date": "date",
    "dates": "date",
    "storefront": "storefront",
    "storefronts": "storefront",
    "store": "storefront",
    "stores": "storefront",
}

_OFFSET = re.compile(r"^(?:0|-(\d{1,4})([dwmy]?))$")
_MONTHS_OF = {"monthly": 1, "quarterly": 3, "yearly": 12}
_MONTHS_BACK = {"m": 1, "y": 12}


@dataclass(frozen=True)
class EstimatesQuery:
    """What was asked. `None` means all: all products, the world, all stores.

    `products` and `countries` are indexes into the model's; the window is already rounded out to
    whole periods of the granularity.
    """

    start: date
    end: date
    pivots: tuple[Pivot, ...]
    granularity: Granularity
    products: tuple[int, ...] | None
    countries: tuple[int, ...] | None
    stores: tuple[str, ...] | None
    format: Format


def parse_query(
    params: Mapping[str, str], today: date, products: Mapping[int, Product]
) -> EstimatesQuery:
    """Read the query string; raises VendorError 400 that names the parameter."""
    granularity = cast(Granularity, _choice(params, "granularity", Granularity, "daily"))
    start = _date(params, "start_date", today) or first_day(MODEL_START)
    end = _date(params, "end_date", today) or today
    if end < start:
        raise bad_request(f"end_date {end} is before start_date {start}")
    return EstimatesQuery(
        start=period_start(start, granularity),
        end=period_end(end, granularity),
        pivots=_pivots(params.get("group_by", "")),
        granularity=granularity,
        products=_products(params.get("products", ""), products),
        countries=_countries(params.get("countries", "")),
        stores=_stores(params.get("storefronts", "")),
        format=cast(Format, _choice(params, "format", Format, "json")),
    )


def period_start(day: date, granularity: Granularity) -> date:
    """First day of the period that holds the day; weeks begin on Monday."""
    if granularity == "daily":
        return day
    if granularity == "weekly":
        return day - timedelta(days=day.weekday())
    length = _MONTHS_OF[granularity]
    return first_day(month_of(day) // length * length)


def period_end(day: date, granularity: Granularity) -> date:
    """Last day of the period that holds the day."""
    start = period_start(day, granularity)
    if granularity == "daily":
        return start
    if granularity == "weekly":
        return start + timedelta(days=6)
    return first_day(month_of(start) + _MONTHS_OF[granularity]) - timedelta(days=1)


def _date(params: Mapping[str, str], name: str, today: date) -> date | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    if offset := _OFFSET.match(text):
        return _back(today, int(offset[1] or 0), offset[2] or "d")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_request(
            f"{name} {text!r} is not a date", "use YYYY-MM-DD or an offset such as -30 or -2w"
        ) from None


def _back(today: date, number: int, unit: str) -> date:
    if unit in _MONTHS_BACK:
        month = month_of(today) - number * _MONTHS_BACK[unit]
        last = first_day(month + 1) - timedelta(days=1)
        return last.replace(day=min(today.day, last.day))
    return today - timedelta(days=number * (7 if unit == "w" else 1))


def _choice(params: Mapping[str, str], name: str, allowed: object, default: str) -> str:
    value = params.get(name, default)
    if value not in get_args(allowed):
        raise bad_request(f"{name} {value!r} is not one of {', '.join(get_args(allowed))}")
    return value


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", text) if part.strip()]


def _pivots(text: str) -> tuple[Pivot, ...]:
    unknown = [name for name in _listed(text) if name not in PIVOTS]
    if unknown:
        raise bad_request(f"group_by {unknown[0]!r} is unknown", "product, country, date, store")
    return tuple(dict.fromkeys(PIVOTS[name] for name in _listed(text)))


def _products(text: str, products: Mapping[int, Product]) -> tuple[int, ...] | None:
    if not text:
        return None
    ids = _listed(text)
    found = [products[int(i)].index for i in ids if i.isdigit() and int(i) in products]
    if not found:
        raise bad_request("Invalid or empty product parameter", f"products={text[:200]}")
    return tuple(found)


def _countries(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    codes = [code.upper() for code in _listed(text)]
    for code in codes:
        if not re.fullmatch("[A-Z]{2}", code):
            raise bad_request(f"countries: {code!r} is not an ISO code of two letters")
    return tuple(CODES.index(code) for code in codes if code in CODES)


def _stores(text: str) -> tuple[str, ...] | None:
    if not text:
        return None
    wanted = _listed(text)
    return tuple(store for store, storefront in STOREFRONTS.items() if storefront in wanted)
