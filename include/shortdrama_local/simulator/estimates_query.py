"""The parameters of `GET /reports/estimates`, as Appfigures takes them.

Dates are `YYYY-MM-DD` or an offset back from today (`-30`, `-2w`, `-3m`, `-1y`; `0` is today). What
a bare unit means is not published; here `m` is one month back, as `-1m` is. Of the filter strings
for products, `storefronts` and `types` are known.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, cast, get_args

from shortdrama_local.simulator.apps import STOREFRONTS, Product
from shortdrama_local.simulator.countries import CODES
from shortdrama_local.simulator.months import MODEL_START, first_day, month_of
from shortdrama_local.simulator.vendor_error import VendorError, bad_request

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

_OFFSET = re.compile(r"0|-(?P<number>\d{1,4})(?P<unit>[dwmy]?)|-?(?P<bare>[dwmy])")
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
    rollups: bool
    previous: tuple[date, date] | None

    def of_previous(self) -> "EstimatesQuery":
        """The same question about the window to compare with, if one was given."""
        start, end = self.previous or (self.start, self.end)
        return replace(self, start=start, end=end, previous=None)


def parse_query(
    params: Mapping[str, str], today: date, products: Mapping[int, Product]
) -> EstimatesQuery:
    """Read the query string; raises VendorError 400 that names the parameter."""
    granularity = cast(Granularity, _choice(params, "granularity", Granularity, "daily"))
    start = parse_date(params, "start_date", today) or first_day(MODEL_START)
    end = parse_date(params, "end_date", today) or today
    return EstimatesQuery(
        *_rounded_out(start, end, granularity),
        pivots=_pivots(params.get("group_by", "")),
        granularity=granularity,
        products=_products(params.get("products", ""), products),
        countries=parse_countries(params.get("countries", "")),
        stores=_stores(params.get("storefronts", "")),
        format=cast(Format, _choice(params, "format", Format, "json")),
        rollups=_choice(params, "rollups", Literal["true", "false"], "false") == "true",
        previous=_previous(params, today, granularity),
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


def _rounded_out(
    start: date, end: date, granularity: Granularity, suffix: str = ""
) -> tuple[date, date]:
    if end < start:
        raise bad_request(f"end_date{suffix} {end} is before start_date{suffix} {start}")
    try:
        return period_start(start, granularity), period_end(end, granularity)
    except (ValueError, OverflowError):  # at either end of Python's calendar
        raise bad_request(f"{start}..{end} in {granularity} periods leaves the calendar") from None


def _previous(
    params: Mapping[str, str], today: date, granularity: Granularity
) -> tuple[date, date] | None:
    start, end = (parse_date(params, f"{name}_date_prev", today) for name in ("start", "end"))
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise bad_request("start_date_prev and end_date_prev go together")
    return _rounded_out(start, end, granularity, "_prev")


def parse_date(params: Mapping[str, str], name: str, today: date) -> date | None:
    """A date or an offset back from today; None if it is not given."""
    text = params.get(name, "").strip()
    if not text:
        return None
    if offset := _OFFSET.fullmatch(text):
        number, unit = offset["number"] or 0, offset["unit"] or "d"
        if offset["bare"]:
            number, unit = 1, offset["bare"]
        try:
            return _back(today, int(number), unit)
        except (ValueError, OverflowError):
            raise bad_request(f"{name} {text!r} leaves the calendar") from None
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


def listed(text: str) -> list[str]:
    """The parts of a list joined by commas or semicolons; clients use both."""
    return [part.strip() for part in re.split("[,;]", text) if part.strip()]


def _pivots(text: str) -> tuple[Pivot, ...]:
    unknown = [name for name in listed(text) if name not in PIVOTS]
    if unknown:
        raise bad_request(f"group_by {unknown[0]!r} is unknown", "product, country, date, store")
    return tuple(dict.fromkeys(PIVOTS[name] for name in listed(text)))


def _products(text: str, products: Mapping[int, Product]) -> tuple[int, ...] | None:
    """Indexes of the products that a list of ids or a filter string means; None means all."""
    if not text:
        return None
    found = _filtered(text, products.values()) if ":" in text else products_of(text, products)
    if not found:
        raise no_products(text)
    return tuple(product.index for product in found)


def products_of(text: str, products: Mapping[int, Product]) -> list[Product]:
    """The products that a list of ids names, of themselves or of unified apps, each once.

    Unknown ids are passed over.
    """
    by_id = {str(number): product for number, product in products.items()}
    members: dict[str, list[Product]] = {}
    if "ua_" in text:
        for product in products.values():
            members.setdefault(product.app.id, []).append(product)
    found = (
        product
        for one in listed(text)
        for product in members.get(one, [by_id[one]] if one in by_id else [])
    )
    return list({product.id: product for product in found}.values())


def no_products(text: str) -> VendorError:
    """What is answered when a products filter matches nothing."""
    return bad_request("Invalid or empty product parameter", f"products={text[:200]}")


def _filtered(text: str, products: Collection[Product]) -> list[Product]:
    """Such as `storefronts:apple:ios;types:app`; a filter's values are joined by commas."""
    found = list(products)
    for condition in text.split(";"):
        name, _, values = condition.strip().partition(":")
        wanted = values.split(",")
        if name == "storefronts":
            found = [product for product in found if STOREFRONTS[product.store] in wanted]
        elif name == "types":
            found = [product for product in found if "app" in wanted]
        elif name:
            raise bad_request(f"products: filter {name!r} is unknown", "storefronts, types")
    return found


def parse_countries(text: str) -> tuple[int, ...] | None:
    """Indexes of the countries; None means all. Those that the model lacks are passed over."""
    if not text:
        return None
    codes = [code.upper() for code in listed(text)]
    for code in codes:
        if not re.fullmatch("[A-Z]{2}", code):
            raise bad_request(f"countries: {code!r} is not an ISO code of two letters")
    return tuple(CODES.index(code) for code in codes if code in CODES)


def _stores(text: str) -> tuple[str, ...] | None:
    if not text:
        return None
    wanted = listed(text)
    return tuple(store for store, storefront in STOREFRONTS.items() if storefront in wanted)
