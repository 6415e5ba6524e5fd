"""What the demo asks of Airflow on its two days, in which order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from shortdrama_local.embedded import demo
from shortdrama_local.embedded.airflow_api import Run, RunFailed

SEPTEMBER = {"start": "2025-09-01", "end": "2025-09-30"}
LAST_WEEK = {"start": "2025-09-24", "end": "2025-09-30"}


class FakeAirflow:
    """Writes down what is asked of it; `ends` are the states of runs of ingest_appfigures."""

    def __init__(self, asked: list[Any], ends: Iterator[str]) -> None:
        self.asked = asked
        self._ends = ends

    def wait_for_dags(self, wanted: set[str]) -> None:
        assert wanted == set(demo.DAGS)

    def unpause(self, dag_id: str) -> None:
        self.asked.append(("unpause", dag_id))

    def pause(self, dag_id: str) -> None:
        self.asked.append(("pause", dag_id))

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> Run:
        self.asked.append((dag_id, conf or {}))
        return Run(dag_id, f"run {len(self.asked)}")

    def wait(self, _run: Run, _say: Any) -> str:
        return next(self._ends)

    def expect_success(self, run: Run, _: Any) -> None:
        self.asked.append(("ended", run.dag_id))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What happens, in order, with everything but Airflow replaced."""
    happened: list[Any] = []

    @contextmanager
    def unwatched() -> Iterator[None]:
        happened.append("watch off")
        yield
        happened.append("watch on")

    def move_clock(to: datetime) -> None:
        happened.append(to)

    monkeypatch.setattr(demo, "unwatched", unwatched)
    monkeypatch.setattr(demo, "move_clock", move_clock)
    monkeypatch.setattr(demo, "_drop_files", lambda _: happened.append("files"))
    monkeypatch.setattr(demo, "_lie_once", lambda: happened.append("a lie"))
    return happened


def walked(asked: list[Any], *, is_new: bool, ends: str = "failed") -> list[str]:
    airflow: Any = FakeAirflow(asked, iter([ends]))
    runs = demo.walk(airflow, lambda _: None, is_new=is_new)
    return [run.dag_id for run in runs]


def spans(asked: list[Any]) -> list[Any]:
    """The days of Appfigures that were asked for."""
    return [what[1] for what in asked if isinstance(what, tuple) and what[0] == "ingest_appfigures"]


def test_a_new_lake_gets_both_days_with_a_build_each(asked: list[Any]) -> None:
    dags = walked(asked, is_new=True)
    assert dags.count("market_marts") == 2
    assert dags[-1] == "market_reports"
    second = asked.index(demo.CLOCK)
    assert spans(asked[:second]) == [{"start": first, "end": last} for first, last in demo.QUARTERS]
    assert spans(asked[second:]) == [LAST_WEEK, SEPTEMBER]


def test_no_load_of_the_second_day_may_start_a_build(asked: list[Any]) -> None:
    """Each accepted load would, if the DAG was not paused."""
    walked(asked, is_new=True)
    second = asked.index(demo.CLOCK)
    marts = [what for what in asked[:second] if what[1] == "market_marts"]
    assert marts[-1] == ("pause", "market_marts")
    build = asked.index(("market_marts", {}), second)
    assert asked.index(("unpause", "market_marts"), second) == build - 1
    assert ("ended", "ingest_tiktok") in asked[second:build]


def test_nobody_watches_while_the_clock_moves_until_something_is_published(
    asked: list[Any],
) -> None:
    walked(asked, is_new=True)
    off, on = asked.index("watch off"), asked.index("watch on")
    assert off < asked.index(demo.CLOCK) < on
    assert ("ended", "market_marts") in asked[asked.index(demo.CLOCK) : on]


def test_on_a_lake_with_loads_only_the_second_day_is_left(asked: list[Any]) -> None:
    assert walked(asked, is_new=False).count("market_marts") == 1
    assert asked[:2] == ["watch off", demo.CLOCK]


def test_a_lie_that_the_gate_lets_pass_ends_the_demo(asked: list[Any]) -> None:
    with pytest.raises(RunFailed, match="below zero passed the gate"):
        walked(asked, is_new=True, ends="success")
