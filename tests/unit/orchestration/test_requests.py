from datetime import UTC, date, datetime
from typing import Any

import pytest

from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.datasets.model import Trailing
from shortdrama.orchestration.requests import (
    as_requests,
    dated_requests,
    present_requests,
    run_windows,
)
from shortdrama.sources.connector import PullRequest

TODAY = date(2025, 10, 10)
INTERVAL = datetime(2025, 7, 5, tzinfo=UTC)
TRAILING = Trailing(daily=35, monthly=400)
NOTHING: dict[str, Any] = {"start": None, "end": None}
DAY = Window(start=date(2025, 7, 5), end=date(2025, 7, 5))


def test_a_scheduled_run_pulls_the_window_that_ends_on_its_intervals_day() -> None:
    assert run_windows(TRAILING, "scheduled", INTERVAL, NOTHING, TODAY) == [
        TRAILING.ending(date(2025, 7, 5))
    ]


def test_a_months_first_day_pulls_the_last_year_in_parts() -> None:
    windows = run_windows(TRAILING, "scheduled", datetime(2025, 7, 1, tzinfo=UTC), NOTHING, TODAY)
    assert len(windows) == 5
    assert sum(window.days for window in windows) == 400
    assert windows[-1].end == date(2025, 7, 1)


@pytest.mark.parametrize("params", [NOTHING, {"start": "2025-04-01", "end": "2025-04-30"}])
def test_a_backfilled_run_pulls_its_own_day_alone(params) -> None:
    assert run_windows(TRAILING, "backfill", INTERVAL, params, TODAY) == [DAY]


def test_by_hand_the_dates_of_the_form_are_pulled() -> None:
    params = {"start": "2025-04-01", "end": "2025-09-30"}
    assert run_windows(TRAILING, "manual", INTERVAL, params, TODAY) == list(
        Window(start=date(2025, 4, 1), end=date(2025, 9, 30)).split()
    )


@pytest.mark.parametrize("params", [NOTHING, {}, {"start": "", "end": ""}])
@pytest.mark.parametrize("run_type", ["manual", "operator_triggered", "asset_triggered"])
def test_without_dates_the_trailing_window_up_to_yesterday_is_pulled(run_type, params) -> None:
    assert run_windows(TRAILING, run_type, None, params, TODAY) == [
        TRAILING.ending(date(2025, 10, 9))
    ]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"start": "2025-04-01"}, "both start and end"),
        ({"end": "2025-04-01"}, "both start and end"),
        ({"start": "2025-10-01", "end": "2025-10-10"}, "not over yet"),
        ({"start": "2025-10-02", "end": "2025-10-01"}, "swap"),
        ({"start": "1 April", "end": "2025-10-01"}, "1 April"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(params, told) -> None:
    with pytest.raises(ValueError, match=told):
        run_windows(TRAILING, "manual", None, params, TODAY)


def test_only_what_has_a_past_is_asked_by_window_and_the_rest_as_it_stands() -> None:
    params = {"start": "2025-07-05", "end": "2025-07-05"}
    dated = dated_requests("appfigures", "run-1", "manual", None, params, TODAY)
    assert {request["dataset"] for request in dated} == {ESTIMATES.id, RANKS.id}
    assert {str(PullRequest.model_validate(request).window) for request in dated} == {str(DAY)}
    (present,) = present_requests("appfigures", "run-1")
    assert (present["dataset"], present["window"]) == (PRODUCTS.id, None)


def test_requests_pass_through_airflow_as_plain_data() -> None:
    (passed,) = as_requests(ESTIMATES, "run-1", [DAY])
    assert passed == {
        "dataset": ESTIMATES.id,
        "run_key": "run-1",
        "window": {"start": "2025-07-05", "end": "2025-07-05"},
        "inbox_key": None,
        "uploaded_at": None,
        "too_large": None,
        "backfill": None,
        "countries": [],
    }
    assert PullRequest.model_validate(passed) == PullRequest(
        dataset=ESTIMATES.id, run_key="run-1", window=DAY
    )


def test_attempts_of_a_run_share_a_pull_and_other_runs_windows_and_datasets_do_not() -> None:
    request = PullRequest(dataset=ESTIMATES.id, run_key="run-1", window=DAY)
    others = [
        request.model_copy(update=change)
        for change in (
            {"run_key": "run-2"},
            {"window": None},
            {"dataset": "appfigures.products"},
            {"inbox_key": "inbox/omdia/x.xlsx"},
        )
    ]
    assert request.model_copy().pull_id == request.pull_id
    assert len({request.pull_id, *(other.pull_id for other in others)}) == 5
    assert str(request) == "appfigures.estimates 2025-07-05..2025-07-05"
