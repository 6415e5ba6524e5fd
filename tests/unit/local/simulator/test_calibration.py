import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.core.settings import PUBLISHED_FIGURES
from shortdrama_local.simulator.calibration import (
    calibration,
    fit,
    read_facts,
    share_at,
)
from shortdrama_local.simulator.months import parse_month

positive = st.floats(0.01, 100)


@given(
    prior=st.lists(st.lists(positive, min_size=4, max_size=4), min_size=3, max_size=3),
    columns=st.lists(positive, min_size=4, max_size=4),
)
def test_fit_meets_both_margins(prior, columns):
    rows = np.array([0.5, 0.3, 0.2]) * sum(columns)
    fitted = fit(np.array(prior), rows, np.array(columns))
    assert fitted.sum(axis=1) == pytest.approx(rows)
    assert fitted.sum(axis=0) == pytest.approx(np.array(columns), rel=1e-4)


def test_fit_refuses_margins_that_zeros_leave_no_room_for():
    prior = np.array([[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ArithmeticError, match="widen"):
        fit(prior, np.array([9.0, 1.0]), np.array([1.0, 9.0]))


def test_shares_move_between_anchors_and_stay_outside():
    anchors = {10: 0.1, 12: 0.4}
    assert share_at(anchors, 11) == pytest.approx(0.2)
    assert share_at(anchors, 5) == pytest.approx(0.1)
    assert share_at(anchors, 99) == pytest.approx(0.4)


def test_doubtful_gross_and_other_vendors_are_kept_off():
    taken = {fact.fact_id for fact in read_facts(PUBLISHED_FIGURES)}
    assert {"af-2025q3-revenue", "af-2025m07-reelshort"} <= taken
    assert not taken & {"af-2025m06-downloads", "af-2024q1-revenue", "st-2025q3-revenue"}


def test_months_without_a_figure_fill_their_quarter():
    market = calibration(PUBLISHED_FIGURES)
    months = [parse_month(f"2025-{month:02d}") for month in (7, 8, 9)]
    assert sum(market.total("revenue", month) for month in months) == pytest.approx(647e6)


@pytest.mark.parametrize("metric", ["downloads", "revenue"])
def test_the_market_grows_outside_the_published_quarters(metric):
    market = calibration(PUBLISHED_FIGURES)
    before = [market.total(metric, m) for m in range(parse_month("2024-01"), 24304)]
    after = [market.total(metric, m) for m in range(parse_month("2025-09"), 24304 + 60)]
    assert before == sorted(before)
    assert after == sorted(after)
