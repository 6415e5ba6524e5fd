"""What a plan takes from the lake: coverage, quota, expected rows and times."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backfills import days
from shortdrama.backfill.outlook import budget_of, countries_of, expected, known_for
from shortdrama.backfill.plan import Asked, Budget, plan
from shortdrama.core.clock import Clock
from shortdrama.core.errors import BackfillRefused
from shortdrama.core.settings import AppfiguresSettings, S3Settings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
ASKED = Asked(
    dataset=ESTIMATES.id, window=days("2025-01-01", "2025-01-31"), reason="the first month"
)

DAILY = days("2026-01-21", "2026-02-24")
"""What the scheduled run of that day pulls."""


@pytest.fixture
def settings(s3: S3Settings) -> Settings:
    return Settings(
        frozen_clock=NOW,
        lake_kind="sample",
        s3=s3,
        appfigures=AppfiguresSettings(countries=("US", "BR")),
    )


@pytest.fixture
def enter(store: ObjectStore) -> Callable[..., LoadRecord]:
    def put(load_id: str, status: Any = "accepted", **changes: Any) -> LoadRecord:
        fields = {
            "load_id": load_id,
            "pull_id": load_id,
            "dataset": ESTIMATES.id,
            "status": status,
            "key": f"raw/{load_id}",
            "sha256": "0",
            "rows": 60,
            "coverage": Coverage(
                window=days("2025-01-01", "2025-01-10"), countries=("ZZ", "US", "BR")
            ),
            "said_at": NOW,
            "decided_at": NOW + timedelta(seconds=15),
            "is_sample": True,
        }
        return LoadLedger(store, ESTIMATES.id).append(LoadRecord(**(fields | changes)))

    return put


def told(
    store: ObjectStore, dataset: str, at: datetime, window: Window | None = None, **details: Any
) -> None:
    outcome = Outcome(
        kind="pull",
        status="succeeded",
        subject=f"{dataset} {at} {details}",
        dataset=dataset,
        business_window=str(window) if window else None,
        ended_at=at,
        details=details,
    )
    record_outcome(store, outcome)


def test_a_plan_skips_what_counts_and_what_its_own_backfill_has(settings, store, enter) -> None:
    enter("counts")
    enter(
        "own",
        "staged",
        backfill="one",
        coverage=Coverage(window=days("2025-01-20", "2025-01-31"), countries=("ZZ", "US", "BR")),
    )
    enter("bad", "quarantined", coverage=Coverage(window=ASKED.window, countries=("US",)))
    first = plan(ASKED, known_for(ASKED, settings, store))
    assert [str(one.window) for one in first.windows] == ["2025-01-11..2025-01-31"]
    resumed = plan(ASKED, known_for(ASKED, settings, store, "one"))
    assert [str(one.window) for one in resumed.windows] == ["2025-01-11..2025-01-19"]
    assert resumed.calls == 3


def test_rows_and_times_are_expected_as_earlier_loads_had_them(enter) -> None:
    loads = [enter("a"), enter("b", rows=0), enter("20250101T000000Z-abc-r2", rows=6000)]
    # Thirty slices each, in 15 and 45 seconds; the replay was not pulled.
    assert expected(loads, {"a": 15.0, "b": 45.0}) == (1.0, 1.0)
    assert expected(loads, {}) == (1.0, None)
    assert expected([], {"a": 15.0}) == (None, None)


def test_times_are_those_of_the_pulls_and_not_of_a_late_promotion(settings, store, enter) -> None:
    """A promoted load was decided days later, and a pull that reused answers is quick."""
    for name, seconds, reused, status in (
        ("a", 30.0, 0, "succeeded"), ("b", 0.1, 3, "succeeded"), ("c", 900.0, 0, "failed"),
    ):  # fmt: skip
        enter(name, decided_at=NOW + timedelta(days=9))
        details = {"seconds": seconds, "reused_parts": reused}
        record_outcome(store, Outcome(
            kind="pull", status=status, subject=name, dataset=ESTIMATES.id, ended_at=NOW,
            details=details,
        ))  # fmt: skip
    assert known_for(ASKED, settings, store).seconds_per_slice == 1.0


def test_no_quota_is_known_before_the_first_answer(settings, store) -> None:
    assert budget_of("appfigures", settings, store) == Budget()


def test_the_quota_is_the_newest_answers_and_only_today_counts_as_used(settings, store) -> None:
    told(store, ESTIMATES.id, NOW - timedelta(days=2), quota_limit=500, quota_usage=499)
    told(store, ESTIMATES.id, NOW - timedelta(days=1), quota_limit=1000, quota_usage=700)
    assert budget_of("appfigures", settings, store) == Budget(limit=1000)
    told(store, ESTIMATES.id, NOW, quota_limit=1000, quota_usage=41)
    told(store, RANKS.id, NOW, quota_limit=1000, quota_usage=42)
    told(store, "tiktok.hashtags", NOW, quota_limit=10, quota_usage=10)
    assert budget_of("appfigures", settings, store) == Budget(limit=1000, used=42)


def test_what_the_schedule_still_needs_today_is_kept_for_it(
    settings, store, enter, monkeypatch
) -> None:
    from shortdrama.sources.appfigures import ranks

    monkeypatch.setattr(ranks, "listing", lambda *_: lambda: (1, 2))
    monkeypatch.setattr(Clock, "is_frozen", False)
    told(store, PRODUCTS.id, NOW - timedelta(days=1), used_calls=4)
    told(store, ESTIMATES.id, NOW, DAILY, quota_limit=1000, quota_usage=3)
    # Products: 4 pages yesterday. Estimates: world and two countries. Ranks: 35 days are 2 calls.
    # On the second of a month, 400 days are five windows: 15 calls of estimates, 18 of ranks.
    assert budget_of("appfigures", settings, store) == Budget(
        limit=1000, used=3, reserved=4 + 2, daily=4 + 3 + 2, monthly=4 + 15 + 18
    )


def test_what_a_backfill_has_pulled_is_not_what_the_schedule_needs(
    settings, store, monkeypatch
) -> None:
    """It goes on at midnight, maybe before the daily run, and may be asked for again that day."""
    monkeypatch.setattr(Clock, "is_frozen", False)
    told(store, PRODUCTS.id, NOW, used_calls=4)
    told(store, ESTIMATES.id, NOW, ASKED.window, quota_limit=1000, quota_usage=3)
    assert budget_of("appfigures", settings, store).reserved == 3
    told(store, ESTIMATES.id, NOW, DAILY, quota_limit=1000, quota_usage=6)
    assert budget_of("appfigures", settings, store).reserved == 0


def test_the_countries_are_those_that_the_source_is_asked_for(settings, store) -> None:
    assert countries_of(ESTIMATES, settings, store) == ("ZZ", "US", "BR")
    assert countries_of(RANKS, settings, store) == ("US", "BR")
    assert known_for(ASKED, settings, store).today == date(2026, 2, 25)


def test_a_quota_that_shrinks_in_the_day_is_the_newest_answers(settings, store) -> None:
    for hour, limit in ((1, 1000), (2, 1000), (8, 400), (3, 1000), (4, 1000), (5, 1000)):
        told(store, ESTIMATES.id, NOW.replace(hour=hour), quota_limit=limit, quota_usage=hour)
    assert budget_of("appfigures", settings, store) == Budget(limit=400, used=8)


def test_an_answer_may_say_the_limit_and_not_the_usage(settings, store) -> None:
    told(store, ESTIMATES.id, NOW, quota_limit=1000, quota_usage=None)
    assert budget_of("appfigures", settings, store) == Budget(limit=1000)
    told(store, RANKS.id, NOW, quota_limit=1000, quota_usage=42)
    assert budget_of("appfigures", settings, store) == Budget(limit=1000, used=42)


def test_ranks_of_a_lake_without_products_are_refused_with_what_to_do(settings, store) -> None:
    asked = ASKED.model_copy(update={"dataset": RANKS.id})
    with pytest.raises(BackfillRefused, match=r"ranks cannot be planned .*ingest_appfigures"):
        plan(asked, known_for(asked, settings, store))


def test_what_cannot_be_planned_yet_is_needed_as_its_newest_pull(
    settings, store, monkeypatch
) -> None:
    """Ranks are asked by product, and no load of products counts yet."""
    monkeypatch.setattr(Clock, "is_frozen", False)
    told(store, ESTIMATES.id, NOW, DAILY, quota_limit=1000, quota_usage=3, used_calls=3)
    told(store, RANKS.id, NOW - timedelta(days=1), used_calls=7)
    assert budget_of("appfigures", settings, store).reserved == 7
