"""Both sides of each limit of a load of ranks, near the limit."""

from datetime import date
from functools import cache

import pytest

from figures import SmallLoad
from ladders import EVERY_LOAD, ONE, Change, Ladder, lost, new_ids, of_all, parameters, untried
from shortdrama.gates.suites import Suite

DATASET = "appfigures.ranks"
FIRST_DAY = "date '2025-09-19'"
LATER = "date '2025-09-22'"
LEADERS = "product_id in (336744124002, 336744124003)"
CHART = "country_code, category_id, device, subtype"
PLACE = f"product_id, {CHART}, ranked_on"
US_STORE = "country_code = 'US' and category_id = 6016"


def moved(share: float, where: str = "true") -> str:
    """A share of the places is one further down."""
    return (
        f"update load set rank = rank + 1 where {where} and rank < 200"
        f" and {of_all('product_id, ranked_on', share)}"
    )


def without(days: int, where: str) -> str:
    """Some rows are gone from so many days."""
    return f"delete from load where {where} and ranked_on between {LATER} and {LATER} + {days - 1}"


def standing(days: int, where: str = "true") -> Change:
    """Charts of the first day stand under so many days."""
    return (
        f"create temp table y as from load where ranked_on = {FIRST_DAY} and {where}",
        f"delete from load where ranked_on < {FIRST_DAY} + {days} and {where}",
        f"insert into load by name select y.* replace ({FIRST_DAY} + k::integer as ranked_on)"
        f" from y, range({days}) as r(k)",
    )


def of_britain(*statements: str) -> Change:
    """Germany has Britain's charts, changed by the statements."""
    return (
        "delete from load where country_code = 'DE'",
        "insert into load by name"
        " select * replace ('DE' as country_code) from load where country_code = 'GB'",
        *statements,
    )


LADDERS: dict[str, Ladder] = {
    **EVERY_LOAD,
    "rows_outside_window": (f"update load set ranked_on = date '2025-01-01' where {ONE}",),
    "rows_from_the_future": (f"update load set ranked_on = date '2025-10-08' where {ONE}",),
    "settled_days_missing": ("delete from load where ranked_on = date '2025-09-25'",),
    "provisional_days_missing": ("delete from load where ranked_on = date '2025-10-06'",),
    "days_behind": tuple(
        f"delete from load where ranked_on > date '2025-10-{day}'" for day in ("05", "04")
    ),
    "shared_places": (new_ids(ONE),),
    "shared_places_ratio": tuple(new_ids(of_all(PLACE, share)) for share in (0.08, 0.13)),
    "categories_of_several_names": (f"update load set category_name = 'x' where {ONE}",),
    "categories": ("delete from load where category_id = 25300",),
    "settled_rows_to_previous": (
        *(lost(share, PLACE) for share in (0.15, 0.3)),
        *(lost(share, PLACE, table="previous") for share in (0.3, 0.37, 0.5)),
    ),
    "settled_ranks_changed_ratio": tuple(moved(share) for share in (0.04, 0.06, 0.45, 0.6)),
    "charts_thinned": tuple(f"delete from load where rank > {rank}" for rank in (160, 100)),
    "charts_thinned_ratio": tuple(lost(0.5, PLACE, of_all(CHART, share)) for share in (0.14, 0.15)),
    "chart_days_lost_max": tuple(
        without(days, f"{US_STORE} and subtype = 'free' and device = 'handheld'") for days in (2, 3)
    ),
    "chart_heads_lost": tuple(
        f"delete from load where {US_STORE} and subtype = 'free' and device = 'handheld'"
        f" and ranked_on between {LATER} and {LATER} + {days - 1} and rank < 60"
        for days in (1, 2, 3)
    ),
    "products_in_two_stores": tuple(
        "update load set category_id = if(category_id = 6016, 25300, 6016)"
        f" where rowid in (select min(rowid) from load group by product_id order by 1 limit {n})"
        for n in (1, 4, 5)
    ),
    "rows_on_a_settled_day_min": tuple(
        lost(share, "product_id, subtype, device", f"{US_STORE} and ranked_on = date '2025-10-01'")
        for share in (0.3, 0.5)
    ),
    "leader_days_lost_max": tuple(
        without(days, f"{LEADERS} and country_code = 'US'") for days in (2, 3)
    ),
    "products_gone_ratio": tuple(lost(share, "product_id") for share in (0.12, 0.2)),
    "newcomers_ratio": tuple(
        new_ids(of_all("product_id", share)) for share in (0.14, 0.25, 0.55, 0.8)
    ),
    "part_ranks_changed_ratio_max": tuple(
        moved(share, "country_code = 'DE'") for share in (0.25, 0.35)
    ),
    "restated_country_days": tuple(
        moved(0.9, f"country_code = 'DE' and ranked_on between {LATER} and {LATER} + {days - 1}")
        for days in (1, 2, 3)
    ),
    "frozen_charts_ratio": (standing(8), standing(10)),
    "frozen_charts_of_a_day_ratio": tuple(
        standing(2, f"country_code in {countries}")
        for countries in (("US", "DE"), ("US", "DE", "JP"))
    ),
    "copied_charts": (
        of_britain("update load set rank = 1 + rank % 200 where country_code = 'DE'"),
        of_britain(),
    ),
}


@cache
def small() -> SmallLoad:
    """18 days of four countries."""
    return SmallLoad(DATASET, date(2025, 10, 7), 18, ("US", "DE", "GB", "JP"))


def test_every_figure_that_is_judged_has_a_ladder() -> None:
    assert set(Suite.load(f"{DATASET}.load").columns) == LADDERS.keys()


@pytest.mark.parametrize(("figure", "ladder"), parameters(LADDERS))
def test_a_limit_lets_the_ordinary_pass_and_stops_the_error(figure: str, ladder: Ladder) -> None:
    assert untried(DATASET, figure, ladder, small()) == []
