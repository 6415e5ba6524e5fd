"""The arithmetic of docs/scale.md: by hand on a small market, against what was measured, in print.

`UPDATE_DOCS=1 pytest tests/unit/docs/test_scale.py` writes the document's tables.
"""

import importlib.util
import os
import re
import sys
from dataclasses import replace
from types import ModuleType

import pytest

from shortdrama.core.settings import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "scale.md"


@pytest.fixture(scope="module")
def scale() -> ModuleType:
    """The program, which is not in a package."""
    spec = importlib.util.spec_from_file_location("scale", REPOSITORY / "benchmarks" / "scale.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its data classes look their module up by name.
    sys.modules["scale"] = module
    spec.loader.exec_module(module)
    return module


def test_a_small_market_by_hand(scale: ModuleType) -> None:
    """One product in one country and the world for a year, two days pulled again each day."""
    market = scale.Market(years=1, apps=1, stores=1, countries=1, trailing_days=2)
    found = scale.estimate(market)
    assert found.fact_rows == 2 * 365
    assert found.loaded_rows == 2 * 365 + 2 * 2 * 365
    # Four windows of at most 92 days for the history; the country and the world are a call each.
    assert (found.calls_per_day, found.history_calls) == (2, 4 * 2)
    assert found.objects == 2 * (4 * 2 + 2 * 365) + 4 * (4 + 365)
    assert found.history_quota_days == 1
    assert found.raw_gb == pytest.approx(2190 * 4.4e-9)
    # Nearly no rows: a build takes as long as it takes to start.
    assert found.day_build_minutes == pytest.approx(12.6 / 60, rel=1e-3)


def test_dollars_follow_from_prices_and_time(scale: ModuleType) -> None:
    market = scale.Market(years=2, apps=100, countries=9)
    prices = scale.Prices(gb_month=1.0, put=1.0, machine_hour=1.0)
    found = scale.estimate(market, prices=prices)
    stored = found.landing_gb + found.raw_gb + found.published_gb
    assert found.storage_dollars_per_month == pytest.approx(stored)
    assert found.storage_dollars == pytest.approx(stored * 24 / 2)
    assert found.requests_dollars == found.objects
    minutes = found.load_minutes + found.day_build_minutes
    assert found.compute_dollars == pytest.approx(minutes * 730 / 60)


def test_a_longer_window_than_a_call_may_have_is_several_calls(scale: ModuleType) -> None:
    found = scale.estimate(scale.Market(countries=9, trailing_days=93))
    assert found.calls_per_day == 2 * 10


@pytest.mark.parametrize(("countries", "days"), [(499, 40), (998, 39_960), (1_500, 60_040)])
def test_the_history_gets_what_the_day_leaves_of_the_quota(
    countries: int, days: int, scale: ModuleType
) -> None:
    """Beyond it a call a day is assumed to be left, so that the figure is absurd but finite."""
    assert scale.estimate(scale.Market(countries=countries)).history_quota_days == days


@pytest.mark.parametrize(
    ("fact", "loaded", "seconds"),
    [(3.320060, 3.320060, 23), (32.992441, 32.992441, 116), (15.5, 72, 92)],
)
def test_it_reproduces_the_full_refreshes_that_were_measured(
    fact: float, loaded: float, seconds: float, scale: ModuleType
) -> None:
    """Million rows and seconds of docs/performance.md, section Marts."""
    found = scale._build_seconds(fact * 1e6, loaded * 1e6, scale.Units())
    assert found == pytest.approx(seconds, rel=0.02)


def test_it_is_not_far_from_a_day_that_it_was_not_fitted_to(scale: ModuleType) -> None:
    """577 products, 60 places, 48 daily loads of 35 days: measured 42 s."""
    per_day = 577 * 60
    found = scale._build_seconds(per_day * 61, per_day * 35 * 48, scale.Units())
    assert found == pytest.approx(42, rel=0.25)


def test_costs_grow_with_everything(scale: ModuleType) -> None:
    base = scale.Market()
    before = scale.estimate(base)
    for more in ({"years": 11}, {"apps": 2_001}, {"countries": 151}, {"trailing_days": 36}):
        after = scale.estimate(replace(base, **more))
        assert after.loaded_rows > before.loaded_rows
        assert after.storage_dollars > before.storage_dollars
        assert after.compute_dollars > before.compute_dollars


@pytest.mark.parametrize("name", ["markets", "changes"])
def test_the_document_has_these_tables(name: str, scale: ModuleType) -> None:
    table = scale.table(scale.MARKETS) if name == "markets" else scale.sensitivity()
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: generated -->", f"<!-- {name}: end -->"
    if os.environ.get("UPDATE_DOCS"):
        written = f"{begin}\n\n{table}\n\n{end}"
        text = re.sub(f"{begin}.*?{end}", lambda _: written, text, flags=re.DOTALL)
        DOCUMENT.write_text(text, encoding="utf-8")
    assert f"{begin}\n\n{table}\n\n{end}" in text
