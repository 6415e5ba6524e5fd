"""The sample against the published figures, seen only through the API.

The rows are chosen here anew, from the file itself, so that a mistake in what the simulator takes
in cannot hide itself.
"""

from calendar import monthrange
from csv import DictReader
from decimal import Decimal

import pytest

from shortdrama.core.settings import PUBLISHED_FIGURES

MARKET = "overseas short-drama apps (outside China)"
TOLERANCE = 0.002


def published(*metrics):
    with PUBLISHED_FIGURES.open(encoding="utf-8") as file:
        rows = [
            row
            for row in DictReader(file)
            if row["vendor"].startswith("Appfigures")
            and row["metric"] in metrics
            and row["period"].startswith("2025")
            and row["period_type"] in ("month", "quarter")
            and row["certainty"] != "doubtful"
        ]
    return [pytest.param(row, id=row["fact_id"]) for row in rows]


def window(period):
    if "Q" in period:
        year, quarter = period.split("Q")
        first, last = int(quarter) * 3 - 2, int(quarter) * 3
    else:
        year, month = period.split("-")
        first = last = int(month)
    return f"{year}-{first:02d}-01", f"{year}-{last:02d}-{monthrange(int(year), last)[1]}"


@pytest.fixture(scope="session")
def ex_china(estimates):
    """Totals per product, world less CN, of a period."""
    answers = {}

    def ask(period):
        if period not in answers:
            sums = {}
            for sign, countries in ((1, {}), (-1, {"countries": "CN"})):
                for row in estimates(*window(period), "product", **countries):
                    downloads, revenue = sums.get(row["product_id"], (0, Decimal(0)))
                    sums[row["product_id"]] = (
                        downloads + sign * row["downloads"],
                        revenue + sign * Decimal(row["revenue"]),
                    )
            answers[period] = sums
        return answers[period]

    return ask


def total(sums, metric):
    return float(sum(figures[("downloads", "revenue").index(metric)] for figures in sums.values()))


@pytest.mark.parametrize("fact", published("downloads", "revenue"))
def test_holds(fact, ex_china, estimates, unified_apps):
    if fact["geography"] == "World ex-China":
        sums = ex_china(fact["period"])
        if fact["scope"] != MARKET:
            sums = {k: v for k, v in sums.items() if unified_apps[k] == fact["scope"]}
        simulated = total(sums, fact["metric"])
    else:
        rows = estimates(*window(fact["period"]), "country", countries=fact["geography"])
        simulated = float(rows[0][fact["metric"]])
    value = float(fact["value"])
    if fact["is_lower_bound"] == "true" and fact["scope"] != MARKET:
        assert value < simulated < 1.6 * value
    else:
        assert simulated == pytest.approx(value, rel=TOLERANCE)


@pytest.mark.parametrize("fact", published("apps"))
def test_as_many_apps_are_active(fact, ex_china, unified_apps):
    active = {
        unified_apps[product]
        for product, (downloads, revenue) in ex_china(fact["period"]).items()
        if downloads or revenue
    }
    assert len(active) == float(fact["value"])


def test_apps_active_in_2024q1_as_published_then(ex_china, unified_apps):
    active = {
        unified_apps[p] for p, (downloads, revenue) in ex_china("2024Q1").items() if downloads
    }
    assert len(active) == 66


def test_june_downloads_follow_the_stated_growth_not_the_doubtful_row(ex_china):
    growth = total(ex_china("2025-07"), "downloads") / total(ex_china("2025-06"), "downloads") - 1
    assert growth == pytest.approx(0.2214, abs=0.001)


def test_quarters_grow_as_published(ex_china):
    growth = {
        metric: total(ex_china("2025Q3"), metric) / total(ex_china("2025Q2"), metric) - 1
        for metric in ("downloads", "revenue")
    }
    assert growth["downloads"] == pytest.approx(0.122, abs=0.003)
    assert growth["revenue"] == pytest.approx(0.128, abs=0.003)


def test_us_has_its_published_share_of_july_revenue(ex_china, estimates):
    (us,) = estimates(*window("2025-07"), "country", countries="US")
    share = float(us["revenue"]) / total(ex_china("2025-07"), "revenue")
    assert share == pytest.approx(0.4564, abs=0.005)


def test_leaders_of_july_in_their_published_order(ex_china, unified_apps):
    revenue = {}
    for product, (_, dollars) in ex_china("2025-07").items():
        name = unified_apps[product]
        revenue[name] = revenue.get(name, 0) + dollars
    leaders = sorted(revenue, key=lambda name: -revenue[name])[:6]
    assert leaders == ["ReelShort", "DramaBox", "NetShort", "GoodShort", "DramaWave", "ShortMax"]


def test_exactly_three_apps_pass_30m_downloads_in_2025q3(ex_china, unified_apps):
    downloads = {}
    for product, (number, _) in ex_china("2025Q3").items():
        name = unified_apps[product]
        downloads[name] = downloads.get(name, 0) + number
    large = {name for name, number in downloads.items() if number > 30_000_000}
    assert large == {"DramaBox", "ReelShort", "Kuku TV"}


def test_china_has_apps_that_the_rest_of_the_world_has_not(estimates, ex_china, unified_apps):
    world = {unified_apps[r["product_id"]] for r in estimates(*window("2025-07"), "product")}
    assert len(world) > 256
    assert "红果免费短剧" in world
