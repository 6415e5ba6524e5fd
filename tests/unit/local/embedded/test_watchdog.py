"""What the watchdog makes of answers and of supervisord's events; no process is started."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shortdrama_local.embedded import history, leftovers
from shortdrama_local.embedded.service import Service
from shortdrama_local.embedded.supervisor import Process
from shortdrama_local.embedded.watchdog import HUNG_SECONDS, Patience, Watchdog


def process(pid: int = 1, state: str = "RUNNING") -> Process:
    return Process("s3", state, pid, datetime(2026, 1, 1, tzinfo=UTC))


@dataclass
class Supervisor:
    """Remembers what it was asked for."""

    state: str = "RUNNING"
    pid: int = 1
    asked: list[str] = field(default_factory=list)

    def processes(self) -> dict[str, Process]:
        return {"s3": process(self.pid, self.state)}

    def process(self) -> Any:
        return "supervisord"

    def stop_service(self, name: str) -> None:
        self.asked.append(f"stop {name}")

    def start_service(self, name: str) -> None:
        self.asked.append(f"start {name}")


@dataclass
class Watched:
    """A watchdog over one service, whose answers and clock the test sets."""

    supervisor: Supervisor
    watchdog: Watchdog = field(init=False)
    answer: bool | None = True
    now: float = 0.0

    def __post_init__(self) -> None:
        service = Service("s3", "S3", lambda _: [], lambda _: self.answer, settle_seconds=1)
        supervisor: Any = self.supervisor
        machine: Any = None
        self.watchdog = Watchdog(supervisor, [service], lambda: machine, lambda: self.now)

    def ticks(self, *answers: bool | None, every: float = 5) -> None:
        for self.answer in answers:
            self.now += every
            self.watchdog.on_event("TICK_5", {"when": "0"})


@pytest.fixture
def watched(home: Path) -> Watched:
    return Watched(Supervisor())


def happened() -> list[tuple[str, str]]:
    return [(event.service, event.what) for event in history.events()]


def test_a_service_that_answers_is_left_alone(watched: Watched) -> None:
    watched.ticks(*[True] * 100)
    assert watched.supervisor.asked == []


def test_one_that_is_slow_for_a_while_is_left_alone(watched: Watched) -> None:
    for _ in range(5):
        watched.ticks(False, every=HUNG_SECONDS - 10)
        watched.ticks(False)
        watched.ticks(True)
    assert watched.supervisor.asked == []


def test_one_that_hangs_is_stopped_and_started_and_that_is_kept(watched: Watched) -> None:
    watched.ticks(False)
    watched.ticks(False, every=HUNG_SECONDS)
    assert watched.supervisor.asked == ["stop s3", "start s3"]
    assert happened() == [("s3", "hung")]


def test_one_that_cannot_be_asked_is_left_alone(watched: Watched) -> None:
    watched.ticks(False, None, *[None] * 100)
    assert watched.supervisor.asked == []


@pytest.mark.parametrize("state", ["STARTING", "STOPPING", "STOPPED", "BACKOFF", "FATAL"])
def test_only_what_is_said_to_run_can_hang(watched: Watched, state: str) -> None:
    watched.supervisor.state = state
    watched.ticks(*[False] * 100)
    assert watched.supervisor.asked == []


def test_a_process_that_was_started_anew_has_patience_of_its_own() -> None:
    patience = Patience()
    assert not patience.is_spent(process(1), healthy=False, now=0)
    assert not patience.is_spent(process(2), healthy=False, now=HUNG_SECONDS + 1)
    assert patience.is_spent(process(2), healthy=False, now=2 * HUNG_SECONDS + 2)


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        ("PROCESS_STATE_EXITED", [("s3", "ended")]),
        ("PROCESS_STATE_BACKOFF", [("s3", "ended")]),
        ("PROCESS_STATE_FATAL", [("s3", "gave up")]),
        ("PROCESS_STATE_STOPPED", []),
        ("PROCESS_STATE_RUNNING", []),
    ],
)
def test_the_history_has_what_nobody_asked_for(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, event: str, kept: list[tuple[str, str]]
) -> None:
    monkeypatch.setattr(leftovers, "orphans", lambda _: [])
    watched.watchdog.on_event(event, {"processname": "s3"})
    assert happened() == kept


@pytest.mark.parametrize("event", ["PROCESS_STATE_EXITED", "PROCESS_STATE_BACKOFF"])
def test_what_an_ended_service_has_left_behind_is_ended(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(leftovers, "orphans", lambda supervisor: [f"orphan of {supervisor}"])
    monkeypatch.setattr(leftovers, "kill", ended.extend)
    watched.watchdog.on_event(event, {"processname": "airflow-scheduler"})
    assert ended == ["orphan of supervisord"]


def test_a_line_of_history_that_a_kill_cut_off_is_left_out(home: Path) -> None:
    history.record("s3", "ended")
    with history._path().open("a") as file:
        file.write('{"at": "2026-')
    assert happened() == [("s3", "ended")]
