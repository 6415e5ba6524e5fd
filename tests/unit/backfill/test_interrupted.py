"""Between any two writes of a backfill: somebody else decides, or the process is killed."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from backfills import NOW, days, load_of
from shortdrama.backfill import run as running
from shortdrama.backfill import staging as module
from shortdrama.backfill.page import page
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.record import Backfill, all_backfills, newest_ids, read_backfill
from shortdrama.backfill.run import (
    begin,
    cancel,
    complete,
    note_paused,
    requests_due,
    window_states,
)
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import BackfillRefused
from shortdrama.core.settings import AppfiguresSettings, S3Settings, Settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore

YEAR = Asked(dataset=ESTIMATES.id, window=days("2025-01-01", "2025-12-31"), reason="the first year")


@pytest.fixture
def settings(s3: S3Settings) -> Settings:
    asked = AppfiguresSettings(countries=("US", "BR"))
    return Settings(frozen_clock=NOW, lake_kind="sample", s3=s3, appfigures=asked)


@pytest.fixture
def start(settings: Settings, store: ObjectStore) -> Callable[..., Backfill]:
    def run(asked: Asked = YEAR, is_reviewed: bool = False) -> Backfill:
        return begin(asked, is_reviewed=is_reviewed, by="ada", settings=settings, store=store)

    return run


def lands(backfill: Backfill, store: ObjectStore, *numbers: int) -> None:
    for number in numbers:
        LoadLedger(store, ESTIMATES.id).append(load_of(backfill, number))


def test_one_that_is_discarded_while_it_is_resumed_stays_discarded(
    start, settings, store, monkeypatch
) -> None:
    name = start().backfill_id
    planned_again = running._planned_again

    def while_it_plans(*given: Any) -> Any:
        discard(name, "the wrong year", "bo", settings, store)
        return planned_again(*given)

    monkeypatch.setattr(running, "_planned_again", while_it_plans)
    with pytest.raises(BackfillRefused, match=r"is discarded by bo .*wrong year.*final"):
        start()
    assert read_backfill(name, store).state == "discarded"


def test_a_discarding_that_was_killed_is_not_gone_on_with(
    start, settings, store, monkeypatch
) -> None:
    """Its loads were discarded, but its document does not say so."""
    backfill = start()
    lands(backfill, store, 0, 1)
    with monkeypatch.context() as patch:
        patch.setattr(module, "note", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            discard(backfill.backfill_id, "the wrong year", "bo", settings, store)
    with pytest.raises(BackfillRefused, match=r"discarding .* backfill discard appfigures"):
        start()
    assert discard(backfill.backfill_id, "the wrong year", "bo", settings, store).state == (
        "discarded"
    )
    assert start().backfill_id == "appfigures.estimates-2"


def test_what_counts_already_is_not_cancelled(start, settings, store, monkeypatch) -> None:
    """It was killed after its loads were accepted, before its document said so."""
    backfill = start()
    name = backfill.backfill_id
    lands(backfill, store, 0, 1, 2, 3)
    with monkeypatch.context() as patch:
        patch.setattr(running, "note", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            complete(name, "ada", settings, store)
    with pytest.raises(BackfillRefused, match=r"count already.*ask for the same"):
        cancel(name, "stop", "bo", settings, store)
    assert requests_due(start(), NOW.date(), store) == []
    assert len(complete(name, "ada", settings, store)) == 4
    assert read_backfill(name, store).state == "completed"


def test_a_second_pause_lasts_until_its_own_reset(start, settings, store) -> None:
    """A run went on after midnight, and that day's quota ended too."""
    name = start().backfill_id
    for day in (26, 27, 27):
        until = datetime(2026, 2, day, tzinfo=UTC)
        noted = note_paused(name, until, "the day's quota is used up", "airflow", settings, store)
        assert noted.paused_until == until
    assert [step.state for step in noted.steps] == ["planned", "paused", "paused"]


def test_the_same_countries_in_another_order_are_the_same_backfill(start, settings) -> None:
    """Somebody has sorted the countries in the settings."""
    first = start(YEAR.model_copy(update={"countries": ("US", "BR")}))
    again = start(YEAR.model_copy(update={"countries": ("BR", "US")}))
    assert again.backfill_id == first.backfill_id
    with pytest.raises(BackfillRefused, match="two of one"):
        start(YEAR.model_copy(update={"countries": ("US",)}))


@pytest.mark.parametrize("name", ["README.txt", "appfigures.estimates-1.json.bak", "notes.json"])
def test_what_somebody_has_put_into_the_zone_is_no_backfill(start, store, name: str) -> None:
    store.put(f"{keys.BACKFILLS}{name}", b"by hand")
    backfill = start()
    assert [one.backfill_id for one in all_backfills(store)] == [backfill.backfill_id]
    assert newest_ids(store) == [start().backfill_id] == [backfill.backfill_id]


def test_commands_that_are_longer_than_a_line_can_still_be_copied(start, settings, store) -> None:
    """Cut into two lines, the first one would run without what follows."""
    seen = module.Reviewed(
        snapshot_id="20260225T080000Z-0a1b2c3d", digest="0a1b2c3d4e5f", slices={}
    )
    found = running.note(
        "staged", start().backfill_id, "ada", "", settings, store, reviewed=seen, newer=seen
    )
    lines = page(found, window_states(found, store)).splitlines()
    assert all(len(line) <= 80 for line in lines)
    copied = "\n".join(lines).replace("\\\n", " ")
    (promote,) = [line for line in copied.splitlines() if "backfill promote" in line]
    assert shlex.split(promote) == [
        "shortdrama", "backfill", "promote", found.backfill_id, "--because", "...",
        "--digest", "0a1b2c3d4e5f",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "is_reviewed", "options"),
    [
        ({}, True, []),
        ({"policy": "all", "countries": ("US", "BR")}, False,
         ["--all", "--publish", "--countries", "US,BR"]),
    ],
)  # fmt: skip
def test_the_page_has_the_command_that_goes_on(
    start, settings, store, changes: dict[str, Any], is_reviewed: bool, options: list[str]
) -> None:
    """Asked for in other words it would be another backfill, and that is refused."""
    backfill = start(YEAR.model_copy(update=changes), is_reviewed)
    found = running.note_failed(backfill.backfill_id, "no", "airflow", settings, store)
    lines = page(found, window_states(found, store)).splitlines()
    assert all(len(line) <= 80 for line in lines)
    place = lines.index("to go on, ask for the same again: what is landed and staged is used:") + 1
    command = "\n".join(lines[place:]).replace("\\\n", " ").splitlines()[0]
    days = ["--from", "2025-01-01", "--to", "2025-12-31"]
    assert shlex.split(command) == ["shortdrama", "backfill", ESTIMATES.id, *days, *options]
