"""Both sides of each limit: a small change of an ordinary load is not refused, a larger one is.

The changes lie near the limit. What a limit must catch is in its reason, what it must let pass too.
"""

import pytest

from trials import A_DAY, audited

WINDOW_START = "date '2025-09-02'"
LEADER = "product_id in (336744124002, 336744124003)"
APPLE = "product_id % 2 = 0"


def times(factor: float, where: str = "true", of: str = "both") -> str:
    """Downloads, revenue or both of some rows, times a factor."""
    sets = {
        "downloads": f"downloads = downloads * {factor}",
        "revenue": f"revenue = revenue * {factor}",
    }
    return f"update load set {sets.get(of) or ', '.join(sets.values())} where {where}"


def lost(share: float, key: str, where: str = "true") -> str:
    """A share of the rows is gone, by a hash of the key."""
    return f"delete from load where {where} and hash({key}) % 1000 < {1000 * share}"


def restless(by: float, where: str = "true") -> str:
    """Every figure moves by up to a share, each by its own."""
    factor = f"(1 + {by} * (2 * (hash(product_id, country_code, estimated_on) % 1000) / 999.0 - 1))"
    return (
        f"update load set downloads = downloads * {factor}, revenue = revenue * {factor}"
        f" where {where}"
    )


def repeated(products: int) -> str:
    """Some leading products have in the US on 25 September the figures of the day before."""
    return f"""
        update load set downloads = y.downloads, revenue = y.revenue
        from (select * from load) as y
        where y.product_id = load.product_id and y.country_code = load.country_code
            and load.country_code = 'US' and load.estimated_on = date '2025-09-25'
            and y.estimated_on = date '2025-09-24' and load.product_id < 336744124002 + {products}
    """


def new_ids(where: str) -> str:
    """Some products come a second time, under new ids."""
    return (
        "insert into load by name"
        f" select * replace (product_id + 100000 as product_id) from load where {where}"
    )


ESTIMATES = {
    "settled_revenue_to_previous": (times(0.8, of="revenue"), times(0.7, of="revenue")),
    "settled_downloads_to_previous": (times(1.3, of="downloads"), times(1.43, of="downloads")),
    "country_week_change_factor_max": (
        times(1.6, "country_code = 'KR'"),
        times(2.0, "country_code = 'KR'"),
    ),
    "country_yield_change_factor_max": (
        times(0.8, "country_code = 'JP'", "revenue"),
        times(0.7, "country_code = 'JP'", "revenue"),
    ),
    "product_yields_moved_ratio": (
        times(1.19, APPLE, "revenue"),
        times(1.43, APPLE, "revenue"),
    ),
    "rows_on_a_settled_day_min": (
        lost(0.25, "product_id", "country_code = 'US' and estimated_on = date '2025-09-20'"),
        lost(0.55, "product_id", "country_code = 'US' and estimated_on = date '2025-09-20'"),
    ),
    "leader_days_lost_max": tuple(
        f"delete from load where {LEADER} and country_code = 'US'"
        f" and estimated_on between date '2025-09-20' and date '2025-09-{last}'"
        for last in (21, 22)
    ),
    "moved_within_a_country_ratio": (restless(0.15), restless(0.3)),
    "moved_within_a_day_ratio": tuple(
        restless(by, "estimated_on = date '2025-09-20'") for by in (0.12, 0.3)
    ),
    "copied_settled_days": (repeated(8), repeated(40)),
    "days_of_one_number": tuple(
        "update load set downloads = 999 where country_code = 'US'"
        " and estimated_on = date '2025-09-20' and product_id between 336744124040"
        f" and {336744124040 + products}"
        for products in (10, 25)
    ),
    "countries_of_unlikely_yield": tuple(
        times(factor, "country_code = 'CN'", "revenue") for factor in (4, 7.2)
    ),
    "published_share_factor_max": tuple(
        times(factor, "country_code = 'US'", "downloads") for factor in (0.35, 0.1)
    ),
    "countries_to_world_to_usual_min": tuple(
        times(0, f"country_code = '{country}' and estimated_on = date '2025-09-20'")
        for country in ("KR", "US")
    ),
    "published_size_ratio_min": (times(0.3), times(0.1)),
    "published_size_ratio_max": (times(5), times(10)),
    "refunds_ratio": tuple(
        f"update load set revenue = -1 where hash(product_id, country_code, estimated_on) % {n} = 0"
        for n in (200, 50)
    ),
    "products_gone_ratio": (lost(0.1, "product_id"), lost(0.25, "product_id")),
    "settled_rows_to_previous": tuple(
        lost(share, "product_id, country_code, estimated_on") for share in (0.25, 0.4)
    ),
    "country_rows_to_previous_min": tuple(
        lost(share, "product_id, estimated_on", "country_code = 'KR'") for share in (0.3, 0.5)
    ),
    "newcomers_ratio": (
        new_ids("product_id in (336744124010, 336744124011)"),
        new_ids("product_id between 336744124004 and 336744124011"),
    ),
}


def moved(share: float, where: str) -> str:
    """A share of the places is one further down."""
    return (
        f"update load set rank = rank + 1 where {where}"
        f" and hash(product_id, ranked_on) % 1000 < {1000 * share} and rank < 200"
    )


def without(days: int, where: str) -> str:
    return (
        f"delete from load where {where} and ranked_on >= date '2025-09-10'"
        f" and ranked_on < date '2025-09-10' + {days}"
    )


def standing(days: int) -> tuple[str, ...]:
    """All charts of the first day stand under so many days."""
    return (
        f"create temp table y as from load where ranked_on = {WINDOW_START}",
        f"delete from load where ranked_on < {WINDOW_START} + {days}",
        f"insert into load by name select y.* replace ({WINDOW_START} + k::integer as ranked_on)"
        f" from y, range({days}) as r(k)",
    )


def of_britain(*statements: str) -> tuple[str, ...]:
    """Germany has Britain's charts, changed by the statements."""
    return (
        "delete from load where country_code = 'DE'",
        "insert into load by name"
        " select * replace ('DE' as country_code) from load where country_code = 'GB'",
        *statements,
    )


US_CHART = "country_code = 'US' and category_id = 6016 and subtype = 'free' and device = 'handheld'"
RANKS = {
    "settled_rows_to_previous": (
        "delete from load where rank > 160",
        "delete from load where rank > 100",
    ),
    "charts_thinned_ratio": (
        "delete from load where rank > 160",
        "delete from load where rank > 120",
    ),
    "chart_days_lost_max": tuple(without(days, US_CHART) for days in (2, 3)),
    "rows_on_a_settled_day_min": tuple(
        lost(
            share,
            "product_id, subtype",
            "country_code = 'US' and category_id = 6016 and ranked_on = date '2025-10-04'",
        )
        for share in (0.2, 0.7)
    ),
    "leader_days_lost_max": tuple(
        without(days, f"{LEADER} and country_code = 'US'") for days in (2, 3)
    ),
    "products_gone_ratio": (lost(0.1, "product_id"), lost(0.25, "product_id")),
    "newcomers_ratio": (
        new_ids("category_id = 25300"),
        new_ids("true"),
    ),
    "part_ranks_changed_ratio_max": tuple(
        moved(share, "country_code = 'DE'") for share in (0.2, 0.4)
    ),
    "restated_country_days": tuple(
        moved(
            0.9,
            "country_code = 'DE' and ranked_on between date '2025-09-10'"
            f" and date '2025-09-10' + {days - 1}",
        )
        for days in (2, 3)
    ),
    "frozen_charts_ratio": (standing(9), standing(30)),
    "copied_charts": (
        of_britain("update load set rank = 1 + rank % 200 where country_code = 'DE'"),
        of_britain(),
    ),
}

CASES = [
    (dataset, figure, *sides)
    for dataset, limits in (("appfigures.estimates", ESTIMATES), ("appfigures.ranks", RANKS))
    for figure, sides in limits.items()
]
EVERY = 8
"""`make test` tries so many times fewer, as with the corpora."""


Change = str | tuple[str, ...]


@pytest.mark.parametrize(
    ("dataset", "figure", "passes", "refused"),
    [
        pytest.param(
            *case,
            id=f"{case[0]}-{case[1]}",
            marks=() if number % EVERY == 0 else pytest.mark.trials,
        )
        for number, case in enumerate(CASES)
    ],
)
def test_a_limit_lets_the_ordinary_pass_and_refuses_the_error(
    dataset: str, figure: str, passes: Change, refused: Change
) -> None:
    name = f"expect_column_values_to_be_between({figure})"
    verdicts = []
    for change in (passes, refused):
        statements = (change,) if isinstance(change, str) else change
        result = audited(dataset, A_DAY, statements)
        verdicts.append(name in {finding.name for finding in result.critical})
    assert verdicts == [False, True]
