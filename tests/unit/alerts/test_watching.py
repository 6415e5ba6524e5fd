"""`shortdrama watch`: looks from outside, mails once, mails once more when it is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.alerts import watching
from shortdrama.alerts.watching import watch_once
from shortdrama.cli.main import app
from shortdrama.core.errors import AirflowAway
from shortdrama.core.settings import Settings
from shortdrama.health.airflow import AirflowHealth, SilentTask
from shortdrama.health.watch import Look
from shortdrama.warehouse.snapshots.pointer import Pointer

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
FRESH = Pointer(snapshot_id="20260225T070000Z-c2865e96")


class World:
    """What there is to be seen, and looks at it."""

    def __init__(self, settings: Settings, clock: Any, patch: pytest.MonkeyPatch) -> None:
        self.settings, self._clock = settings, clock
        self.pointer: Any = FRESH
        self.scheduler_beats, self.airflow_answers = True, True
        self.silent: tuple[SilentTask, ...] = ()
        self._beat = NOW
        patch.setattr(watching, "look", lambda _: self.see())

    def see(self) -> Look:
        now = datetime.now(UTC)
        if self.scheduler_beats:
            self._beat = now
        airflow = AirflowHealth(True, self._beat, now) if self.airflow_answers else AirflowAway("-")
        return Look(now, now, self.pointer, airflow, self.silent)

    def look(self, minutes: int = 1) -> list[str]:
        """Look each minute for so long; all that was said."""
        said: list[str] = []
        for _ in range(minutes):
            self._clock.shift(timedelta(minutes=1))
            watch_once(self.settings, said.append)
        return said


@pytest.fixture
def world(team: Settings, clock: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(team, clock, monkeypatch)


def subjects(inbox: Any) -> list[str]:
    return [str(message["Subject"]) for message in inbox.messages]


@pytest.mark.integration
def test_a_silent_scheduler_is_one_mail_and_its_return_another(world: World, inbox: Any) -> None:
    world.look(5)
    world.scheduler_beats = False
    world.look(10)
    assert subjects(inbox) == []
    world.look(34)
    assert subjects(inbox) == ["Scheduler silent: the scheduler has sent no heartbeat for 12 min"]
    world.scheduler_beats = True
    world.look(3)
    assert subjects(inbox)[1:] == [
        "Recovered after 34 min: Scheduler silent: the scheduler has sent no heartbeat for 12 min"
    ]


def test_an_airflow_that_restarts_within_minutes_is_no_mail(world: World, inbox: Any) -> None:
    for _ in range(3):
        world.airflow_answers = False
        world.look(6)
        world.airflow_answers = True
        world.look(1)
    assert subjects(inbox) == []


def test_no_snapshot_is_told_and_is_over_with_the_next(world: World, inbox: Any) -> None:
    world.pointer = Pointer(snapshot_id="20260224T050000Z-c2865e96")
    world.look(5)
    assert subjects(inbox) == ["No new snapshot: nothing was published for 27 h"]
    world.pointer = FRESH
    world.look()
    assert subjects(inbox)[1].startswith("Recovered after 5 min: No new snapshot")


@pytest.mark.integration
def test_store_and_airflow_away_are_two_mails_and_neither_hides_the_snapshot(
    world: World, inbox: Any, without_store: Callable[[Settings], Settings]
) -> None:
    from botocore.exceptions import EndpointConnectionError

    there = world.settings
    world.settings = without_store(there)
    world.pointer = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    world.airflow_answers = False
    world.look(12)
    assert [subject.split(":")[0] for subject in subjects(inbox)] == ["S3 away", "Airflow away"]
    world.settings, world.pointer = there, FRESH
    world.airflow_answers = True
    world.look()
    (recovered,) = subjects(inbox)[2:]
    assert recovered.startswith("Recovered after")
    assert recovered.endswith("and 1 more")


def test_a_task_that_was_killed_without_a_word_is_mailed_once(world: World, inbox: Any) -> None:
    world.silent = (SilentTask("ingest_appfigures", "load.pull", NOW),) * 2
    world.look(3)
    assert subjects(inbox) == ["Task killed: ingest_appfigures, pull"]


def test_a_killed_task_whose_cause_is_over_is_not_mailed_again(world: World, inbox: Any) -> None:
    """Its failed run stays failed, and is seen for an hour."""
    from shortdrama.alerts.incidents import Work
    from shortdrama.alerts.send import Alerts

    world.silent = (SilentTask("market_marts", "build", NOW),)
    world.look(3)
    Alerts(world.settings).succeeded(
        Work(dag_id="market_marts", task="build"), NOW + timedelta(minutes=2)
    )
    world.look(3)
    assert len(subjects(inbox)) == 2


def test_what_waits_for_the_mail_server_is_sent(
    world: World, inbox: Any, without_mail: Callable[[Settings], Settings]
) -> None:
    there = world.settings
    world.settings = without_mail(there)
    world.pointer = Pointer(snapshot_id="20260224T050000Z-c2865e96")
    said = world.look(3)
    assert any("it waits" in line for line in said)
    world.settings = there
    world.look(2)
    assert len(inbox.messages) == 1


def test_a_home_that_cannot_be_written_stops_no_watch(
    world: World, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a memory each look begins again, so what is told needs no patience."""

    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    world.silent = (SilentTask("market_marts", "build", NOW),)
    monkeypatch.setattr(Path, "write_text", read_only)
    monkeypatch.setattr(Path, "touch", read_only)
    world.look(2)
    assert len(inbox.messages) == 1


def test_the_command_ends_with_one_when_something_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortdrama.cli.watch.settings", Cached(world.settings))
    assert CliRunner().invoke(app, ["watch", "--once"]).exit_code == 0
    world.airflow_answers = False
    result = CliRunner().invoke(app, ["watch", "--once"])
    assert result.exit_code == 1
    assert "its API server does not answer" in result.output


def test_a_look_that_fails_does_not_end_the_watch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def broken(*_: Any) -> int:
        looks.append(1)
        raise RuntimeError("never seen before")

    def enough(_: float) -> None:
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("shortdrama.cli.watch.settings", Cached(world.settings))
    monkeypatch.setattr(watching, "watch_once", broken)
    monkeypatch.setattr("shortdrama.cli.watch.time.sleep", enough)
    CliRunner().invoke(app, ["watch", "--every", "1"])
    assert len(looks) == 3


class Cached:
    """Settings that are always these."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self) -> Settings:
        return self._settings

    def cache_clear(self) -> None:
        """Nothing is read again."""
