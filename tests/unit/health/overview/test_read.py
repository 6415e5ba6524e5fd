"""The overview of a real (small) lake: what is read, what is kept, and what a broken part does."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backfills import days, load_of
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.record import Backfill
from shortdrama.backfill.run import begin, note_paused
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import DamagedDocument
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.health.overview.model import DatasetStatus
from shortdrama.health.overview.read import read_overview
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.pages import PAGE_RECORDS
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import read_inputs

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)


@pytest.fixture
def settings(s3: Any) -> Settings:
    return Settings(frozen_clock=NOW, lake_kind="sample", s3=s3)


def record(number: int, **changes: Any) -> LoadRecord:
    """Loads of a day each; number 0 is that of yesterday, and higher ones are older."""
    day = (NOW - timedelta(days=1 + number)).date()
    said_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return LoadRecord(
        load_id=keys.load_id(said_at, f"{number:012x}"), pull_id="p", dataset=ESTIMATES.id,
        status="accepted", key="raw/x", sha256=hashlib.sha256().hexdigest(), rows=1,
        coverage=Coverage(window=Window(start=day, end=day), countries=("US", "ZZ")),
        said_at=said_at, decided_at=said_at, is_sample=True,
    ).model_copy(update=changes)  # fmt: skip


def estimates(settings: Settings, store: ObjectStore) -> DatasetStatus:
    found = read_overview(settings, store).datasets
    return next(status for status in found if status.dataset == ESTIMATES.id)


def test_an_empty_lake_is_shown(settings: Settings, store: ObjectStore) -> None:
    overview = read_overview(settings, store)
    assert [status.dataset for status in overview.datasets] == list(DATASETS)
    assert {status.troubles for status in overview.datasets} == {("never",)}
    assert overview.marts.snapshot_id is None
    assert overview.marts.gate == "no loads"
    assert overview.lake == "sample"
    assert overview.report.period == "2026-W07"


def test_a_long_ledger_is_read_whole(settings: Settings, store: ObjectStore) -> None:
    count = PAGE_RECORDS + 10
    records = [record(number) for number in range(count - 1, -1, -1)]
    LoadLedger(store, ESTIMATES.id).append_all(records)
    status = estimates(settings, store)
    assert status.loads == count
    assert status.days("covered", "provisional") == count
    assert status.usual_days == 1


def test_an_unchanged_ledger_is_not_read_again(
    settings: Settings, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = LoadLedger(store, ESTIMATES.id)
    ledger.append(record(1))
    estimates(settings, store)
    read: list[str] = []
    monkeypatch.setattr(
        ObjectStore,
        "_open",
        lambda self, key, was=ObjectStore._open: read.append(key) or was(self, key),
    )
    assert estimates(settings, store).as_of == date(2026, 2, 23)
    assert not [key for key in read if key.startswith("ops/ledger/")]
    ledger.append(record(0))
    assert estimates(settings, store).as_of == date(2026, 2, 24)


def test_a_damaged_ledger_hides_only_its_dataset(settings: Settings, store: ObjectStore) -> None:
    LoadLedger(store, ESTIMATES.id).append(record(0))
    store.put(keys.load_ledger("tiktok.hashtags"), b"{]")
    overview = read_overview(settings, store)
    broken = {status.dataset: status.unreadable for status in overview.datasets}
    assert "ops/ledger/tiktok.hashtags.json" in str(broken.pop("tiktok.hashtags"))
    assert set(broken.values()) == {None}
    assert overview.marts.gate == "unknown"


def test_a_damaged_pointer_is_an_error_that_names_it(
    settings: Settings, store: ObjectStore
) -> None:
    store.put(keys.CURRENT_SNAPSHOT, b"{]")
    with pytest.raises(DamagedDocument, match=r"marts/current\.json"):
        read_overview(settings, store)


def test_the_build_is_the_one_that_market_marts_would_make(
    settings: Settings, store: ObjectStore
) -> None:
    LoadLedger(store, ESTIMATES.id).append_all([record(1), record(0)])
    marts = read_overview(settings, store).marts
    assert marts.gate == "waiting"
    assert read_inputs(store).fingerprint.startswith(str(marts.build))


def test_the_quota_is_what_the_newest_answers_said(settings: Settings, store: ObjectStore) -> None:
    for used in (40, 52):
        record_outcome(store, Outcome(
            kind="pull", status="succeeded", subject="p", dataset=ESTIMATES.id, ended_at=NOW,
            details={"quota_limit": 1000, "quota_usage": used},
        ))  # fmt: skip
    (quota,) = read_overview(settings, store).quotas
    assert (quota.left, quota.resets_at) == (948, datetime(2026, 2, 26, tzinfo=UTC))


def begun(settings: Settings, store: ObjectStore) -> Backfill:
    asked = Asked(
        dataset=ESTIMATES.id, window=days("2025-01-01", "2025-12-31"), reason="the first year"
    )
    return begin(asked, is_reviewed=True, by="ada", settings=settings, store=store)


def test_open_backfills_are_shown_with_what_is_pulled(
    settings: Settings, store: ObjectStore
) -> None:
    backfill = begun(settings, store)
    (seen,) = read_overview(settings, store).backfills
    assert seen.known is not None
    assert (seen.backfill_id, seen.known.state) == (backfill.backfill_id, "planned")
    assert (seen.known.progress.windows, seen.known.progress.all_windows) == (0, 4)
    # The ledger changes, the document does not; then the other way round.
    LoadLedger(store, ESTIMATES.id).append(load_of(backfill, 0))
    (seen,) = read_overview(settings, store).backfills
    assert seen.known is not None
    assert (seen.known.progress.windows, seen.known.progress.rows) == (1, 1000)
    until = datetime(2026, 2, 26, tzinfo=UTC)
    note_paused(backfill.backfill_id, until, "spent", "airflow", settings, store)
    (seen,) = read_overview(settings, store).backfills
    assert seen.known is not None
    assert (seen.known.state, seen.known.paused_until) == ("paused", until)
    assert "goes on by itself at 2026-02-26 00:00 UTC" in seen.known.notes[0]


def test_ended_backfills_and_foreign_objects_are_not_shown(
    settings: Settings, store: ObjectStore
) -> None:
    store.put("ops/backfills/notes.txt", b"mine")
    store.put("ops/backfills/a-b.json", b"{}")
    discard(begun(settings, store).backfill_id, "the wrong year", "ada", settings, store)
    assert read_overview(settings, store).backfills == ()
    assert begun(settings, store).backfill_id.endswith("-2")
    assert [one.backfill_id for one in read_overview(settings, store).backfills] == [
        "appfigures.estimates-2"
    ]


def test_a_damaged_backfill_is_said_and_hides_nothing(
    settings: Settings, store: ObjectStore
) -> None:
    begun(settings, store)
    store.put(keys.backfill("appfigures.ranks-1"), b"{]")
    good, bad = read_overview(settings, store).backfills
    assert good.known is not None
    assert bad.known is None
    assert "ops/backfills/appfigures.ranks-1.json cannot be used" in str(bad.unreadable)
