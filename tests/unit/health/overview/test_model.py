"""The state of a dataset, of a quota, and which report comes next."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.health.overview.model import (
    DatasetStatus,
    dataset_status,
    next_report,
    quota_status,
)
from shortdrama.ingest.quota import Quota

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)


def status_of(loads: list[Any], dataset: Any = ESTIMATES, **changes: Any) -> DatasetStatus:
    return dataset_status(dataset, loads, NOW, **{"is_scheduled": True} | changes)


def test_a_dataset_that_is_as_usual_has_no_trouble(load: Any) -> None:
    loads = [load(f"2026-02-{day:02}", decided=f"2026-02-{day + 1:02}") for day in range(1, 25)]
    status = status_of(loads)
    assert status.troubles == ()
    assert (status.as_of, status.behind_days) == (date(2026, 2, 24), 1)
    assert (status.age_days, status.usual_days) == (0, 1)
    assert status.verdict == "accepted"


def test_a_dataset_without_loads_says_so() -> None:
    status = status_of([])
    assert status.troubles == ("never",)
    assert status.as_of is status.verdict is status.age_days is None


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_no_dataset_is_an_exception(dataset: Any) -> None:
    assert status_of([], dataset).stale_after_days == dataset.stale_after_days


def test_old_figures_are_stale_late_and_missing(load: Any) -> None:
    loads = [load(f"2026-02-{day:02}", decided=f"2026-02-{day + 1:02}") for day in range(1, 11)]
    status = status_of(loads)
    assert status.troubles == ("stale", "late", "gap")
    assert status.age_days == 14
    assert status.days("gap") == 14


def test_a_gap_that_nobody_can_fill_is_shown_and_no_trouble(load: Any) -> None:
    status = status_of([load("2026-02-20"), load("2026-02-25")], DATASETS["tiktok.hashtags"])
    assert status.days("gap") == 4
    assert status.troubles == ()


def test_many_loads_on_a_day_do_not_make_that_usual(load: Any) -> None:
    loads = [load("2026-02-01", decided="2026-02-02") for _ in range(90)]
    assert status_of(loads).usual_days is None


def test_a_refusal_counts_until_the_next_accepted_load(load: Any) -> None:
    good, bad = load("2026-02-23"), load("2026-02-24", status="quarantined", reasons=("a", "b"))
    status = status_of([good, bad])
    assert status.troubles[0] == "refused"
    assert [refused.reason for refused in status.refused_since] == ["a\nb"]
    assert status.verdict == "refused"
    assert status_of([good, bad, load("2026-02-24")]).refused_since == ()


def test_a_person_who_accepts_ends_the_refusal(load: Any) -> None:
    bad = load("2026-02-24", status="quarantined")
    assert status_of([bad._replace(status="accepted")]).refused_since == ()


def test_a_backfill_says_nothing_about_how_fresh_a_dataset_is(load: Any) -> None:
    daily = load("2026-02-24")
    bad = load("2026-02-24", status="quarantined", reasons=("a",))
    old = load("2025-02-01", decided="2026-02-25", is_backfilled=True)
    refused = old._replace(load_id="refused", status="quarantined", reasons=("odd",))
    status = status_of([daily, refused])
    assert (status.verdict, status.refused_since) == ("accepted", ())
    hidden = status_of([daily, bad, old])
    assert [one.reason for one in hidden.refused_since] == ["a"], "it hides no refusal"
    assert hidden.loads == 2
    assert status_of([daily, old._replace(status="staged")]).loads == 1


def test_a_promotion_today_hides_no_schedule_that_has_stopped(load: Any) -> None:
    daily = [load(f"2026-02-{day:02}", decided=f"2026-02-{day + 1:02}") for day in range(1, 11)]
    old = load("2025-02-01", "2025-12-31", decided="2026-02-25", is_backfilled=True)
    status = status_of([*daily, old])
    assert "late" in status.troubles
    assert (status.age_days, status.usual_days) == (14, 1)
    alone = status_of([old])
    assert alone.age_days == 0, "there is no other load"


def test_an_inbox_is_looked_at_every_hour_and_an_api_every_night(load: Any) -> None:
    assert status_of([]).next_run_at == datetime(2026, 2, 26, tzinfo=UTC)
    assert status_of([], FORECASTS).next_run_at == datetime(2026, 2, 25, 8, 30, tzinfo=UTC)
    assert status_of([], is_scheduled=False).next_run_at is None


def test_windows_of_two_states_are_joined(load: Any) -> None:
    status = status_of([load("2026-02-20", "2026-02-24", said="2026-02-25")])
    joined = status.windows("covered", "provisional")
    assert [str(window) for window in joined] == ["2026-02-20..2026-02-24"]
    assert status.days("provisional") == 2


def test_the_brief_that_is_due_names_the_days_that_it_lacks(load: Any) -> None:
    covered = status_of([load("2026-02-10", "2026-02-17"), load("2026-02-20", "2026-02-21")])
    report = next_report("2026-W08", NOW.date(), covered)
    assert report.is_due
    assert report.due_on == date(2026, 2, 26)
    assert [str(window) for window in report.missing] == [
        "2026-02-18..2026-02-19",
        "2026-02-22..2026-02-22",
    ]
    assert str(report) == (
        "weekly brief 2026-W08, due since 2026-02-26; withheld without"
        " 2026-02-18..2026-02-19, 2026-02-22"
    )


def test_when_all_is_sent_the_next_week_comes_next(load: Any) -> None:
    report = next_report(None, NOW.date(), status_of([load("2026-02-16", "2026-02-24")]))
    assert str(report) == "weekly brief 2026-W08, due on 2026-02-26"
    assert not report.is_due


def test_a_quota_is_reset_at_midnight_and_never_negative() -> None:
    left = quota_status(Quota(source="appfigures", used=1004, limit=1000), NOW)
    assert left.left == 0
    assert left.resets_at == datetime(2026, 2, 26, tzinfo=UTC)
