"""Both sides of each limit of a load of estimates, near the limit.

What a limit must catch is in its reason, what it must let pass too.
"""

from datetime import date
from functools import cache

import pytest

from figures import SmallLoad
from ladders import EVERY_LOAD, ONE, Ladder, lost, new_ids, of_all, parameters, untried
from shortdrama.gates.suites import Suite

DATASET = "appfigures.estimates"
A_DAY = "estimated_on = date '2025-09-28'"
LATE = "estimated_on > date '2025-10-03'"
LEADERS = "product_id in (336744124002, 336744124003)"
PARTS = "country_code <> 'ZZ'"
KEY = "product_id, country_code, estimated_on"


def times(factor: float | str, where: str = "true", of: str = "both") -> str:
    """Downloads, revenue or both of some rows, times a factor."""
    sets = {
        "downloads": f"downloads = downloads * {factor}",
        "revenue": f"revenue = revenue * {factor}",
    }
    return f"update load set {sets.get(of) or ', '.join(sets.values())} where {where}"


def steps(*factors: float, where: str = "true", of: str = "both") -> Ladder:
    """`times` with each of the factors."""
    return tuple(times(factor, where, of) for factor in factors)


def of(country: str) -> str:
    """SQL: whether a row is of the country."""
    return f"country_code = '{country}'"


def restless(by: float, where: str = "true") -> str:
    """Every figure moves by up to a share, each by its own."""
    return times(f"(1 + {by} * (2 * (hash({KEY}) % 1000) / 999.0 - 1))", where)


def repeated(products: int, day: str) -> str:
    """Some leading products have in the US on a day the figures of the day before."""
    return f"""
        update load set downloads = y.downloads, revenue = y.revenue
        from (select * from load) as y
        where y.product_id = load.product_id and y.country_code = load.country_code
            and load.country_code = 'US' and load.estimated_on = date '{day}'
            and y.estimated_on = load.estimated_on - 1
            and load.product_id < 336744124002 + {products}
    """


def newcomers(number: int, where: str = "true") -> str:
    """So many middling products come a second time."""
    return new_ids(f"{where} and product_id between 336744124010 and {336744124009 + number}")


BY_ITSELF: dict[str, Ladder] = {
    **EVERY_LOAD,
    "currencies": (f"update load set currency = 'CNY' where {ONE}",),
    "rows_outside_window": (f"update load set estimated_on = date '2025-01-01' where {ONE}",),
    "rows_from_the_future": (f"update load set estimated_on = date '2025-10-08' where {ONE}",),
    "settled_days_missing": (f"delete from load where {of('SG')} and {A_DAY}",),
    "provisional_days_missing": (
        f"delete from load where {of('SG')} and estimated_on = date '2025-10-05'",
    ),
    "days_before_a_first_day": (
        (
            f"delete from previous where {of('SG')}",
            f"delete from load where {of('SG')} and estimated_on < date '2025-09-25'",
        ),
    ),
    "days_behind": tuple(
        f"delete from load where estimated_on > date '2025-10-{day}'" for day in ("05", "04")
    ),
    "countries_to_world_downloads_max": steps(2.7, 3.1, where=PARTS, of="downloads"),
    "countries_to_world_revenue_max": steps(1.6, 1.8, where=PARTS, of="revenue"),
    "country_revenue_per_download_max": steps(5, 7, where=of("US"), of="revenue"),
    "world_revenue_per_download_min": steps(0.3, 0.22, where=of("ZZ"), of="revenue"),
    "world_revenue_per_download_max": steps(5, 6, where=of("ZZ"), of="revenue"),
    "countries_of_unlikely_yield": steps(4, 7.2, where=of("CN"), of="revenue"),
    "published_share_factor_max": steps(0.4, 0.3, 0.22, where=of("US"), of="downloads"),
    "countries_to_world_to_usual_min": steps(0.93, 0.85, 0.7, where=f"{PARTS} and {A_DAY}"),
    "published_size_ratio_min": steps(0.25, 0.17),
    "published_size_ratio_max": steps(7, 10),
    "new_span_to_published_size": tuple(("delete from previous", times(f)) for f in (0.7, 0.55)),
    "products_above_world_ratio": tuple(
        times(0.1, f"{of('ZZ')} and {of_all('product_id', share)}", "downloads")
        for share in (0.08, 0.14)
    ),
    "leader_countries_to_world_max": steps(2.7, 3, 3.7, 4.2, where=f"{PARTS} and {LEADERS}"),
    "neighbour_downloads_factor_max": steps(6, 9, where=f"{of('US')} and {A_DAY}", of="downloads"),
    "neighbour_revenue_factor_max": steps(6, 9, where=f"{of('US')} and {A_DAY}", of="revenue"),
    "small_leap_factor_max": steps(4, 5.5, where=f"{of('SG')} and {A_DAY}", of="downloads"),
    "refunds_ratio": tuple(
        f"update load set revenue = -1 where {of_all(KEY, share)}" for share in (0.008, 0.013)
    ),
    "refunds": (f"update load set revenue = -1 where {ONE}",),
    "copied_settled_days": tuple(repeated(number, "2025-09-25") for number in (8, 40)),
    "copied_provisional_days": tuple(repeated(number, "2025-10-06") for number in (8, 40)),
    "days_of_one_number": tuple(
        f"update load set downloads = 999 where {of('US')} and {A_DAY}"
        f" and product_id between 336744124040 and {336744124040 + products}"
        for products in (10, 25)
    ),
}

AGAINST_BEFORE: dict[str, Ladder] = {
    "settled_downloads_to_previous": steps(0.8, 0.7, 1.3, 1.43, of="downloads"),
    "settled_revenue_to_previous": steps(0.8, 0.7, 1.3, 1.43, of="revenue"),
    "settled_change_factor": steps(1.04, 1.07, of="revenue"),
    "provisional_downloads_to_previous": steps(0.16, 0.1, 6, 8, where=LATE, of="downloads"),
    "provisional_revenue_to_previous": steps(0.18, 0.12, 7, 9, where=LATE, of="revenue"),
    "provisional_to_previous_min": steps(0.55, 0.42, where=LATE, of="revenue"),
    "country_downloads_change_factor_max": steps(4.5, 6, where=of("SG"), of="downloads"),
    "country_revenue_change_factor_max": steps(4.5, 6, where=of("SG"), of="revenue"),
    "country_week_change_factor_max": steps(1.15, 1.3, 1.7, 2, where=of("SG")),
    "country_day_change_factor_max": steps(1.15, 1.3, where=f"{of('SG')} and {A_DAY}"),
    "country_yield_change_factor_max": steps(1.07, 1.2, 1.4, where=of("JP"), of="revenue"),
    "product_yields_moved_ratio": tuple(
        times(1.43, of_all("product_id", share), "revenue") for share in (0.1, 0.15)
    ),
    "rows_on_a_settled_day_min": tuple(
        lost(share, "product_id", f"{of('US')} and {A_DAY}") for share in (0.25, 0.45)
    ),
    "leader_days_lost_max": tuple(
        f"delete from load where {LEADERS} and {of('US')}"
        f" and estimated_on between date '2025-09-20' and date '2025-09-{last}'"
        for last in (21, 22)
    ),
    "moved_within_a_country_ratio": tuple(restless(by) for by in (0.08, 0.12, 0.25)),
    "moved_within_a_day_ratio": tuple(restless(by, A_DAY) for by in (0.12, 0.16, 0.2)),
    "products_moved_ratio": tuple(times(2, of_all("product_id", share)) for share in (0.08, 0.13)),
    "products_moved": steps(1.7, 2, where=LEADERS),
    "vanished_downloads_ratio": tuple(
        times(0, f"{where} and {of_all('product_id, country_code', share)}", "downloads")
        for where, share in ((of("JP"), 0.2), (of("JP"), 0.4), ("true", 0.05), ("true", 0.1))
    ),
    "products_gone_ratio": tuple(
        lost(share, "product_id") for share in (0.01, 0.02, 0.03, 0.12, 0.2)
    ),
    "settled_rows_to_previous": (
        *(lost(share, KEY) for share in (0.03, 0.1, 0.25, 0.35)),
        *(lost(share, KEY, table="previous") for share in (0.04, 0.1, 0.35, 0.45)),
    ),
    "country_rows_to_previous_min": tuple(
        lost(share, "product_id, estimated_on", of("SG")) for share in (0.1, 0.25, 0.35, 0.45)
    ),
    "newcomers_ratio": (newcomers(5), newcomers(8)),
    "newcomers_in_a_country_ratio": (newcomers(2, of("JP")), newcomers(3, of("JP"))),
}
LADDERS = BY_ITSELF | AGAINST_BEFORE


@cache
def small() -> SmallLoad:
    """18 days of the world and five countries, one of them small."""
    return SmallLoad(DATASET, date(2025, 10, 7), 18, ("ZZ", "US", "IN", "JP", "SG", "CN"))


def test_every_figure_that_is_judged_has_a_ladder() -> None:
    assert set(Suite.load(f"{DATASET}.load").columns) == LADDERS.keys()


@pytest.mark.parametrize(("figure", "ladder"), parameters(LADDERS))
def test_a_limit_lets_the_ordinary_pass_and_stops_the_error(figure: str, ladder: Ladder) -> None:
    assert untried(DATASET, figure, ladder, small()) == []
