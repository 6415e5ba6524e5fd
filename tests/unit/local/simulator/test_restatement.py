from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from shortdrama.core.clock import Clock
from shortdrama_local.simulator.app import create_app
from shortdrama_local.simulator.apps import GOOGLE
from shortdrama_local.simulator.countries import CODES
from shortdrama_local.simulator.months import parse_month
from shortdrama_local.simulator.restatement import (
    FIRST_VANISHING_DAY,
    SETTLED_AFTER_DAYS,
    as_told,
    vanishes_on,
)

DAY = date(2025, 9, 10)
TOKEN = "pat_x"


@pytest.fixture(scope="module")
def told(model):
    """Flat rows of a day, as they are told so many days after it."""
    app = create_app(model, Clock(datetime(2026, 1, 1, tzinfo=UTC)), TOKEN, 1_000_000)
    client = TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"})

    def ask(age, day=DAY, group_by="product,country", **params):
        asked_at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=age)
        client.put("/simulator/clock", json={"frozen_at": asked_at.isoformat()})
        named = ";".join(CODES) if "country" in group_by else ""
        answer = client.get("/v2/reports/estimates", params={
            "start_date": str(day), "end_date": str(day), "group_by": group_by,
            "format": "flat", "countries": named, **params,
        })  # fmt: skip
        assert answer.status_code == 200
        return answer.json()

    return ask


def downloads(rows):
    return {(row["product_id"], row["country"]): row["downloads"] for row in rows}


def test_asked_twice_on_one_day_it_says_the_same(told):
    first = told(5)
    told(9)
    assert told(5) == first


def test_a_young_day_deviates_by_at_most_15_percent_and_settles(told):
    final = downloads(told(SETTLED_AFTER_DAYS))
    worst = []
    for age in (3, 8, 20, 29):
        young = downloads(told(age))
        assert young.keys() == final.keys()
        worst.append(max(abs(young[key] / n - 1) for key, n in final.items() if n > 1000))
    assert 0.10 < worst[0] <= 0.15
    assert worst == sorted(worst, reverse=True)
    assert worst[-1] > 0


def test_a_settled_day_stays_for_ever(told):
    settled = told(SETTLED_AFTER_DAYS)
    assert told(31) == told(168) == told(400) == settled


@pytest.mark.parametrize("month", range(4, 10))
def test_the_published_quarters_are_told_as_the_model_has_them(model, month):
    block = model.month(parse_month(f"2025-{month:02d}"))
    told = as_told(block, model.products, date(2026, 2, 25))
    assert (told.downloads == block.downloads).all()
    assert (told.cents == block.cents).all()


def test_deviations_cancel_out_over_many_series(told):
    young, final = (sum(r["downloads"] for r in told(age)) for age in (3, 60))
    assert young != final
    assert young == pytest.approx(final, rel=0.02)


def test_google_play_is_told_and_settles_later(told, model):
    google = {product.id for product in model.products if product.store == GOOGLE}
    assert {r["product_id"] for r in told(2)} & google == set()
    assert {r["product_id"] for r in told(3)} & google
    before, after = downloads(told(28)), downloads(told(60))
    still_open = {
        product for product, country in after if before[product, country] != after[product, country]
    }
    assert still_open
    assert still_open <= google


@pytest.mark.parametrize("age", [3, 12, 45])
def test_the_world_is_the_sum_of_its_countries_whenever_it_is_asked(told, age):
    day = FIRST_VANISHING_DAY + timedelta(days=3)
    world = {
        r["product_id"]: (r["downloads"], Decimal(r["revenue"])) for r in told(age, day, "product")
    }
    summed = {}
    for row in told(age, day):
        n, money = summed.get(row["product_id"], (0, Decimal(0)))
        summed[row["product_id"]] = n + row["downloads"], money + Decimal(row["revenue"])
    assert world == summed


@pytest.fixture(scope="module")
def vanished(model, told):
    """A product, a day, and the age at which it is gone from that day."""
    for offset in range(60):
        day = FIRST_VANISHING_DAY + timedelta(days=offset)
        for product in model.products:
            gone = vanishes_on(product, day)
            if gone and (gone - day).days > 6:
                age = (gone - day).days
                if product.id in {r["product_id"] for r in told(age - 1, day, "product")}:
                    return product.id, day, age
    raise AssertionError("nothing vanishes")


def test_now_and_then_a_product_vanishes_from_a_day_and_stays_away(told, vanished):
    product, day, age = vanished

    def is_told(age, day):
        return product in {row["product_id"] for row in told(age, day, "product")}

    assert [is_told(a, day) for a in (age - 1, age, age + 1, 90)] == [True, False, False, False]
    assert is_told(age, day + timedelta(days=1))


def test_only_small_apps_vanish_and_only_after_the_published_quarters(model):
    found = {
        (product.app.name, day)
        for product in model.products
        for day in (FIRST_VANISHING_DAY + timedelta(days=n) for n in range(-8, 8))
        if vanishes_on(product, day)
    }
    assert 3 < len(found) < 30
    assert min(day for _, day in found) >= FIRST_VANISHING_DAY
    leaders = {app.name for app in model.apps if app.leader}
    assert not leaders & {name for name, _ in found}
