"""Which months a build rewrites, and when it rewrites everything."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.touched import Plan, months_of, plan

NOON = datetime(2025, 9, 30, 12, tzinfo=UTC)
JULY, AUGUST, SEPTEMBER = (date(2025, month, 1) for month in (7, 8, 9))


def accepted_load(
    load_id: str,
    start: str = "2025-09-01",
    end: str = "2025-09-30",
    *,
    dataset: Dataset = ESTIMATES,
    countries: tuple[str, ...] = ("ZZ", "CN", "US"),
    **changes: Any,
) -> LoadRecord:
    """An accepted load that covers the days from start to end."""
    return LoadRecord(
        load_id=load_id,
        pull_id=load_id,
        dataset=dataset.id,
        status="accepted",
        key=f"raw/{load_id}.parquet",
        sha256="0" * 64,
        rows=1,
        coverage=Coverage(
            window=Window(start=date.fromisoformat(start), end=date.fromisoformat(end)),
            countries=countries,
        ),
        said_at=NOON,
        decided_at=NOON + timedelta(minutes=5),
        is_sample=True,
    ).model_copy(update=changes)


def inputs(*loads: LoadRecord, code: str = "code") -> BuildInputs:
    """The inputs of a build from accepted loads."""
    return BuildInputs(
        accepted={
            dataset: tuple(load for load in loads if load.dataset == dataset)
            for dataset in DATASETS
        },
        refused_since=dict.fromkeys(DATASETS, ()),
        code=code,
    )


HISTORY = accepted_load("history", "2025-07-01", "2025-09-20")
DAILY = accepted_load("daily", "2025-08-25", "2025-09-28")


def test_nothing_new_touches_nothing() -> None:
    assert plan(inputs(HISTORY), inputs(HISTORY)) == Plan()


def test_a_new_load_touches_the_months_that_it_covers() -> None:
    planned = plan(inputs(HISTORY, DAILY), inputs(HISTORY))
    assert planned.months == {AUGUST, SEPTEMBER}
    assert str(planned) == "incremental: loads touched 2025-08, 2025-09"


def test_a_revoked_load_touches_the_months_that_it_covered() -> None:
    assert plan(inputs(HISTORY), inputs(HISTORY, DAILY)).months == {AUGUST, SEPTEMBER}


@pytest.mark.parametrize("change", [{"seq": 9}, {"decided_at": NOON + timedelta(days=1)}])
def test_a_load_that_was_decided_anew_touches_its_months(change: Any) -> None:
    again = DAILY.model_copy(update=change)
    assert plan(inputs(HISTORY, again), inputs(HISTORY, DAILY)).months == {AUGUST, SEPTEMBER}


@pytest.mark.parametrize("dataset", [PRODUCTS, HASHTAGS])
def test_loads_of_marts_that_are_built_whole_touch_no_month(dataset: Any) -> None:
    other = accepted_load("other", dataset=dataset)
    assert plan(inputs(HISTORY, other), inputs(HISTORY)) == Plan()


def test_what_an_unfinished_build_has_begun_is_rewritten_even_if_its_load_is_gone() -> None:
    assert plan(inputs(HISTORY), inputs(HISTORY), begun=frozenset({JULY})).months == {JULY}


def test_a_new_country_touches_the_months_of_its_loads_alone() -> None:
    japan = accepted_load("japan", "2025-08-10", "2025-08-10", countries=("ZZ", "CN", "JP", "US"))
    assert plan(inputs(HISTORY, japan), inputs(HISTORY)).months == {AUGUST}


@pytest.mark.parametrize(
    ("before", "because"),
    [
        (None, "does not say what it was built from"),
        (inputs(HISTORY, code="old"), "models, seeds or mart gates"),
    ],
    ids=["a lost warehouse", "other code"],
)
def test_everything_is_rewritten_for(before: Any, because: str) -> None:
    planned = plan(inputs(HISTORY), before)
    assert planned.is_full_refresh
    assert because in str(planned)


def test_everything_is_rewritten_when_products_moved_to_another_app() -> None:
    planned = plan(inputs(HISTORY), inputs(HISTORY), moved_products=[9, 4, 7, 5])
    assert str(planned) == "full refresh: products with another app or store: 4, 5, 7 and 1 more"


def test_an_incremental_build_reads_only_loads_that_meet_its_months() -> None:
    september = Plan(months=frozenset({SEPTEMBER}))
    july = accepted_load("july", "2025-07-01", "2025-08-31")
    assert september.reads(HISTORY)
    assert not september.reads(july)
    assert september.reads(july.model_copy(update={"dataset": PRODUCTS.id}))
    assert Plan(everything_because="asked for").reads(july)


@given(st.dates(date(2020, 1, 1), date(2027, 1, 1)), st.integers(0, 800))
def test_months_of_a_window_are_those_of_its_days(start: date, length: int) -> None:
    window = Window(start=start, end=start + timedelta(days=length))
    days = (start + timedelta(days=offset) for offset in range(length + 1))
    assert months_of(window) == {day.replace(day=1) for day in days}


def test_months_that_adjoin_are_one_span_of_days() -> None:
    november = date(2025, 11, 1)
    spans = Plan(months=frozenset({november, SEPTEMBER, AUGUST})).spans
    assert spans == [(AUGUST, date(2025, 10, 1)), (november, date(2025, 12, 1))]


@given(
    st.frozensets(st.dates(date(2020, 1, 1), date(2029, 12, 31)).map(lambda d: d.replace(day=1)))
)
def test_the_spans_hold_the_days_of_the_months_alone(months: frozenset[date]) -> None:
    spans = Plan(months=months).spans
    first_days = {
        day
        for start, end in spans
        for day in (start + timedelta(days=number) for number in range((end - start).days))
        if day.day == 1
    }
    assert first_days == months
    assert all(one[1] < other[0] for one, other in pairwise(spans))
