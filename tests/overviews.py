"""An overview with everything that can be seen on the status page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backfills import days, known
from shortdrama.backfill.plan import Asked, plan
from shortdrama.backfill.record import Backfill, Step
from shortdrama.backfill.run import WindowState
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.health.overview.backfills import BackfillStatus, backfill_status
from shortdrama.health.overview.facts import LoadFact
from shortdrama.health.overview.model import (
    DatasetStatus,
    MartsStatus,
    Overview,
    dataset_status,
    next_report,
    quota_status,
)
from shortdrama.ingest.quota import Quota
from shortdrama.warehouse.snapshots.pointer import Hold

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
COUNTRIES = ("CN", "JP", "US", "ZZ")
WITHOUT_JAPAN = ("CN", "US", "ZZ")
REASON = (
    "appfigures.estimates 2026-02-18..2026-02-24, load 20260225T000400Z-7f31c0d2a9be, refused:"
    " expect_column_values_to_be_between(revenue) — 1,204 of 11,480 rows are not between 0 and"
    " 50,000,000, e.g. product_id 6443912, country_code JP, estimated_on 2026-02-24, revenue"
    " 381,204,551.00. What to do: ask the vendor, or pull the window again"
)


def fact(day: date, end: date | None = None, **changes: Any) -> LoadFact:
    """A load that was said and accepted on the morning after it ends."""
    said_at = datetime.combine(end or day, datetime.min.time(), UTC) + timedelta(days=1, minutes=4)
    made = LoadFact(
        load_id=f"{said_at:%Y%m%dT%H%M%SZ}-7f31c0d2a9be", status="accepted",
        seq=(end or day).toordinal(), start=day, end=end or day, countries=(), said_at=said_at,
        decided_at=said_at, about=f"{day}..{end or day}", reasons=(), override=None,
    )  # fmt: skip
    return made._replace(**changes)


def now_said(day: date) -> LoadFact:
    """A load of a source that says how things are on that day."""
    said_at = datetime(day.year, day.month, day.day, 0, 4, tzinfo=UTC)
    return fact(day, said_at=said_at, decided_at=said_at)


def estimates() -> list[LoadFact]:
    """A trailing week a day since January 2025, ten days of November lost, Japan missing in May.

    The newest load is refused.
    """
    first, lost = date(2025, 1, 10), Window(start=date(2025, 11, 8), end=date(2025, 11, 17))
    loads = []
    for day in (first + timedelta(days=number) for number in range(410)):
        start = max(day - timedelta(days=6), first)
        if day > lost.end:
            start = max(start, lost.end + timedelta(days=1))
        if not lost.start <= day <= lost.end:
            in_may = date(2025, 5, 1) <= day <= date(2025, 6, 6)
            loads.append(fact(start, day, countries=WITHOUT_JAPAN if in_may else COUNTRIES))
    refused = fact(
        date(2026, 2, 18), date(2026, 2, 24),
        status="quarantined", reasons=(REASON,), countries=COUNTRIES,
    )  # fmt: skip
    return [*loads, refused]


def backfills() -> tuple[BackfillStatus, ...]:
    """One that is running, and one that waits for the next day's quota."""
    year = Asked(
        dataset="appfigures.estimates",
        window=Window(start=date(2024, 3, 1), end=date(2025, 1, 9)),
        reason="the year before the first day, for the annual report",
    )
    month = year.model_copy(
        update={"dataset": "appfigures.ranks", "window": days("2025-11-01", "2025-11-30")}
    )
    running, paused = _begun(year), _begun(month)
    step = Step(state="paused", at=NOW, by="airflow", because="the quota is used up")
    paused = paused.at(step, paused_until=datetime(2026, 2, 26, tzinfo=UTC))
    return (_with_loads(running, 2), _with_loads(paused, 0))


def _begun(asked: Asked) -> Backfill:
    made = plan(asked, known(rows_per_slice=298))
    at = NOW - timedelta(minutes=12)
    steps = (
        Step(state="planned", at=at, by="ana", because=asked.reason),
        Step(state="running", at=at, by="ana"),
    )
    return Backfill(
        backfill_id=f"{asked.dataset}-3", asked=asked, is_reviewed=True, plan=made, steps=steps
    )


def _with_loads(backfill: Backfill, count: int) -> BackfillStatus:
    """With its first windows pulled."""
    states = [
        WindowState(
            planned=planned, status="staged" if number < count else None,
            rows=81_314 if number < count else None,
        )
        for number, planned in enumerate(backfill.plan.windows)
    ]  # fmt: skip
    return backfill_status(backfill, states)


def example(reason: str = REASON, **changes: Any) -> Overview:
    """The pipeline on 25 February 2026."""
    present = [now_said(NOW.date() - timedelta(days=number)) for number in range(200, -1, -1)]
    loads = {
        "appfigures.estimates": [
            one._replace(reasons=(reason,)) if one.status == "quarantined" else one
            for one in estimates()
        ],
        "appfigures.products": present,
        "appfigures.ranks": [fact(date(2025, 12, 1), date(2026, 2, 24), countries=COUNTRIES)],
        "tiktok.hashtags": [one for one in present if one.start.day != 17],
        "omdia.forecasts": [fact(date(2025, 10, 14)), fact(date(2026, 2, 23))],
        "minis.catalog": [fact(date(2026, 1, 31))],
    }
    statuses = [
        dataset_status(dataset, loads.get(name, []), NOW, is_scheduled=True)
        for name, dataset in DATASETS.items()
    ]
    hold = Hold(by="ana", at=NOW - timedelta(hours=20), because="revenue of Japan is in yen")
    overview = Overview(
        asked_at=NOW,
        lake="sample",
        datasets=tuple(statuses),
        quotas=(quota_status(Quota(source="appfigures", used=652, limit=1000), NOW),),
        backfills=backfills(),
        marts=MartsStatus(
            snapshot_id="20260224T081204Z-c2865e96",
            created_at=NOW - timedelta(days=1),
            hold=hold,
            build="0a1b2c3d4e5f",
            gate="refused",
            reason="settled_world_factor: observed 1.8, expected at most 1.25",
        ),
        report=next_report("2026-W08", NOW.date(), estimates_of(statuses)),
    )
    return overview.model_copy(update=changes)


def estimates_of(statuses: list[DatasetStatus]) -> DatasetStatus:
    return next(status for status in statuses if status.dataset == "appfigures.estimates")


@pytest.fixture
def overview() -> Overview:
    return example()
