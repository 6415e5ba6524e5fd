import hashlib
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortdrama_local.simulator.apps import APPLE, GOOGLE
from shortdrama_local.simulator.countries import CHINA_INDEX, CODES
from shortdrama_local.simulator.model import market_model
from shortdrama_local.simulator.months import month_of, parse_month

JULY = parse_month("2025-07")


def digest(block):
    return hashlib.sha256(block.downloads.tobytes() + block.cents.tobytes()).hexdigest()


def test_another_process_sees_the_same_market(model):
    program = (
        "import hashlib; from shortdrama_local.simulator.model import market_model;"
        f"block = market_model().month({JULY});"
        "print(hashlib.sha256(block.downloads.tobytes() + block.cents.tobytes()).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == digest(model.month(JULY))


def test_the_order_of_questions_does_not_matter(model):
    other = market_model()
    other.month(JULY + 1)
    assert digest(other.month(JULY)) == digest(model.month(JULY))


def test_nothing_is_negative_and_china_is_apples_alone(model):
    block = model.month(JULY)
    assert block.downloads.min() >= 0
    assert block.cents.min() >= 0
    stores = {model.products[i].store for i in block.products[block.countries == CHINA_INDEX]}
    assert stores == {APPLE}


def test_products_sell_only_between_release_and_withdrawal(model):
    for month in (parse_month("2024-02"), parse_month("2025-06"), parse_month("2027-01")):
        block = model.month(month)
        sold = (block.downloads > 0) | (block.cents > 0)
        for row, product in enumerate(block.products):
            days = block.first_ordinal + np.flatnonzero(sold[row])
            app = model.products[product].app
            assert days.min(initial=10**7) >= app.released_on.toordinal()
            assert days.max(initial=0) <= (app.withdrawn_on or date.max).toordinal()


@pytest.mark.parametrize("month", ["2024-01", "2025-05", "2025-09", "2026-11", "2028-06"])
def test_every_active_app_is_seen_and_no_other(model, month):
    index = parse_month(month)
    block = model.month(index)
    abroad = block.countries != CHINA_INDEX
    seen = abroad & ((block.downloads + block.cents).sum(axis=1) > 0)
    apps = {model.products[i].app.name for i in block.products[seen]}
    expected = {
        app.name
        for app in model.apps
        if not app.is_china_only
        and month_of(app.released_on) <= index
        and (app.withdrawn_on is None or month_of(app.withdrawn_on) >= index)
    }
    assert apps == expected


def test_ids_are_distinct_and_have_twelve_digits(model):
    ids = {product.id for product in model.products}
    assert len(ids) == len(model.products)
    assert all(len(str(number)) == 12 for number in ids)
    assert len({app.id for app in model.apps}) == len(model.apps)
    assert len({app.name for app in model.apps}) == len(model.apps)


def test_some_apps_are_on_one_store_only(model):
    stores = [app.stores for app in model.apps]
    assert stores.count((APPLE,)) > 10
    assert stores.count((GOOGLE,)) > 10


def test_a_month_is_made_in_less_than_a_second():
    model = market_model()
    start = perf_counter()
    model.month(JULY)
    assert perf_counter() - start < 1


def test_a_day_years_ahead_has_a_market(model):
    assert model.month(parse_month("2032-02")).cents.sum() > 0


def test_weekends_are_higher(estimates):
    rows = estimates("2025-06-30", "2025-09-28")
    by_weekday = [[] for _ in range(7)]
    for row in rows:
        day = date.fromisoformat(row["start_date"][:10])
        by_weekday[day.weekday()].append(Decimal(row["revenue"]))
    means = [sum(values) / len(values) for values in by_weekday]
    assert min(means[5:]) > max(means[:4]) * Decimal("1.05")


def test_downloads_do_not_jump_where_months_join(estimates):
    """July has 18% more a day than June, but its first week is not 18% above June's last."""
    rows = estimates("2025-06-23", "2025-07-06", granularity="weekly")
    june, july = (row["downloads"] for row in rows)
    assert 1.0 < july / june < 1.1


def test_rounding_thousands_of_small_series_adds_no_bias(model):
    block = model.month(JULY)
    abroad = block.countries != CHINA_INDEX
    assert block.downloads[abroad].sum() == pytest.approx(108_000_000, rel=1e-5)


def test_the_world_is_the_exact_sum_of_its_countries(estimates):
    window = ("2025-07-01", "2025-07-31", "product")
    world = {r["product_id"]: (r["downloads"], Decimal(r["revenue"])) for r in estimates(*window)}
    summed = {}
    for row in estimates(*window[:2], "product,country", countries=";".join(CODES)):
        downloads, revenue = summed.get(row["product_id"], (0, Decimal(0)))
        summed[row["product_id"]] = (
            downloads + row["downloads"],
            revenue + Decimal(row["revenue"]),
        )
    assert world == summed


@settings(max_examples=20, deadline=None)
@given(
    start=st.integers(0, 150), length=st.integers(1, 60), inside=st.integers(0, 59),
    country=st.sampled_from(["US", "ID", "CN", ""]),
)  # fmt: skip
def test_an_estimate_does_not_depend_on_the_window(estimates, start, length, inside, country):
    first = date(2025, 3, 1).toordinal() + start
    day = str(date.fromordinal(first + inside % length))
    end = str(date.fromordinal(first + length - 1))
    asked = {"countries": country, "granularity": "daily"}
    wide = estimates(str(date.fromordinal(first)), end, "product,date", **asked)
    narrow = estimates(day, day, "product,date", **asked)
    assert narrow
    assert narrow == [row for row in wide if row["start_date"] == f"{day}T00:00:00"]


def monthly(model, names, first, last, column):
    """Totals by month of each of these apps."""
    totals = {name: [] for name in names}
    for month in range(parse_month(first), parse_month(last) + 1):
        block = model.month(month)
        sums = getattr(block, column).sum(axis=1)
        for name in names:
            rows = np.array([model.products[p].app.name == name for p in block.products.tolist()])
            totals[name].append(int(sums[rows].sum()))
    return {name: np.array(values) for name, values in totals.items()}


def test_small_apps_go_viral_for_some_months_and_none_outgrows_the_leaders(model):
    """A month is four times what it was, without a launch; half a year later it is over."""
    names = {
        app.name
        for app in model.apps
        if app.rank and app.rank > 30 and not app.is_china_only and app.withdrawn_on is None
        and month_of(app.released_on) < parse_month("2025-01")
    }  # fmt: skip
    downloads = monthly(model, names, "2025-06", "2026-02", "downloads")
    viral = {name for name, by_month in downloads.items() if by_month.max() > 4 * by_month.min()}
    assert 0.05 < len(viral) / len(names) < 0.6
    jumps = {name: (by[1:] / by[:-1]).max() for name, by in downloads.items()}
    assert sum(jump > 4 for jump in jumps.values()) >= 3
    assert max(by_month.max() for by_month in downloads.values()) < 2_500_000


def test_leaders_without_a_published_month_change_places(model):
    names = ["FlickReels", "MoboReels", "DreameShort", "My Drama", "StardustTV", "Kuku TV"]
    revenue = monthly(model, names, "2025-06", "2026-02", "cents")
    orders = [
        tuple(sorted(names, key=lambda name: -revenue[name][month]))
        for month in range(len(revenue["Kuku TV"]))
    ]
    assert len(set(orders)) > 1
