"""A month that the vendor tells wrongly for three weeks, and then as before."""

from datetime import date, timedelta

import numpy as np
import pytest

from shortdrama_local.simulator.countries import CHINA_INDEX
from shortdrama_local.simulator.mistakes import (
    COUNTED_AS,
    DOUBLED,
    FACTOR,
    INFLATED,
    MONTH,
    SINCE,
    UNTIL,
    with_mistakes,
)
from shortdrama_local.simulator.months import first_day, month_of, parse_month

DURING = date(2026, 1, 28)
"""The first day of the demo."""


@pytest.fixture(scope="module")
def right(model):
    return model.month(MONTH)


@pytest.fixture(scope="module")
def wrong(model, right):
    return with_mistakes(right, model.products, DURING)


def series(model, block, name, figures):
    """Rows of an app by product and country."""
    return {
        (int(product), int(country)): row.tolist()
        for product, country, row in zip(block.products, block.countries, figures, strict=True)
        if model.products[product].app.name == name
    }


@pytest.mark.parametrize("today", [date(2025, 11, 15), SINCE - timedelta(days=1), UNTIL])
def test_before_and_after_the_month_is_told_as_it_is(model, right, today):
    assert with_mistakes(right, model.products, today) is right


def test_no_other_month_is_touched(model):
    for month in (MONTH - 1, MONTH + 1):
        block = model.month(month)
        assert with_mistakes(block, model.products, DURING) is block


def test_one_app_is_told_too_high_and_all_others_as_they_are(model, right, wrong):
    names = {model.products[index].app.name for index in right.products.tolist()}
    for name in names - {INFLATED, COUNTED_AS}:
        assert series(model, wrong, name, wrong.cents) == series(model, right, name, right.cents)
    high, as_is = (series(model, block, INFLATED, block.cents) for block in (wrong, right))
    assert sum(map(sum, high.values())) == pytest.approx(
        FACTOR * sum(map(sum, as_is.values())), rel=1e-3
    )


def test_the_withdrawn_listing_has_the_other_apps_figures_of_its_store(model, right, wrong):
    assert not series(model, right, COUNTED_AS, right.downloads)
    double = series(model, wrong, COUNTED_AS, wrong.downloads)
    store = {model.products[product].store for product, _ in double}
    original = series(model, right, DOUBLED, right.downloads)
    of_that_store = [row for (p, _), row in original.items() if model.products[p].store in store]
    assert store == {"apple"}
    assert sorted(double.values()) == sorted(of_that_store)
    assert np.array(of_that_store).sum() > 10_000


def test_the_withdrawn_app_is_one_of_the_quarters_apps_anyway(model):
    (app,) = (app for app in model.apps if app.name == COUNTED_AS)
    july = parse_month("2025-07")
    assert month_of(app.released_on) <= july
    assert app.withdrawn_on is not None
    assert july <= month_of(app.withdrawn_on) < MONTH
    assert app.withdrawn_on < first_day(MONTH)


def test_meanwhile_the_published_quarter_holds_within_a_quarter_of_a_percent(model, right, wrong):
    """Otherwise the marts' gate would refuse: growth is published to a tenth of a percent."""
    rest = [model.month(month) for month in (MONTH - 2, MONTH - 1)]
    for name in ("downloads", "cents"):
        total, told = (
            sum(int(getattr(b, name)[b.countries != CHINA_INDEX].sum()) for b in (*rest, block))
            for block in (right, wrong)
        )
        assert 1.0005 < told / total < 1.0025
