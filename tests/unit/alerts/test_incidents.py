"""What was mailed is kept in the lake and on the machine; one of them is enough."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shortdrama.alerts.incidents import Incident, Incidents, LakeBook, LocalBook, Work
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
BUILD = Work(dag_id="market_marts", task="build")


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def incident(cause: str = "dbt_error", at: datetime = NOW) -> Incident:
    return Incident(cause=cause, opened_at=at, title=f"{cause} it is", healed_by=BUILD)


def silent(_: str) -> None:
    """Nobody listens."""


def away() -> ObjectStore:
    raise ConnectionError("the store is away")


@pytest.fixture
def machine(store: ObjectStore, tmp_path: Path) -> Callable[..., Incidents]:
    """A machine with a home of its own, before the lake or without one."""

    def make(name: str = "one", *, lake: bool = True) -> Incidents:
        book = LakeBook((lambda: store) if lake else away)
        return Incidents(LocalBook(tmp_path / name), book, silent)

    return make


def over(_: Incident) -> bool:
    return True


def test_a_cause_begins_once_whoever_asks(machine: Callable[..., Incidents]) -> None:
    assert machine("one").begin(incident())
    assert not machine("one").begin(incident(at=later(1)))
    assert not machine("two").begin(incident(at=later(1)))
    assert machine("two").begin(incident("no_snapshot"))


@pytest.mark.parametrize("lake", [True, False])
def test_of_many_at_once_one_begins_and_one_ends(
    machine: Callable[..., Incidents], lake: bool
) -> None:
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: machine(lake=lake).begin(incident()), range(8)))
        ended = list(pool.map(lambda _: machine(lake=lake).end(over, later(1)), range(8)))
    assert sum(begun) == 1
    assert sum(map(len, ended)) == 1


def test_without_the_lake_each_machine_begins_once(machine: Callable[..., Incidents]) -> None:
    begun = [machine(name, lake=False).begin(incident()) for name in ("one", "one", "two", "two")]
    assert begun == [True, False, True, False]


def test_the_stores_own_absence_is_never_looked_up_in_the_store(
    machine: Callable[..., Incidents], store: ObjectStore
) -> None:
    assert machine().begin(incident("store_away"))
    assert not machine().begin(incident("store_away"))
    assert not store.exists(keys.INCIDENTS)
    assert machine(lake=False).end(over, later(1)) == [], "the lake still cannot be read"
    assert [one.cause for one in machine().end(over, later(1))] == ["store_away"]


def test_what_began_before_the_lake_went_away_is_known_without_it(
    machine: Callable[..., Incidents],
) -> None:
    machine().begin(incident())
    assert not machine(lake=False).begin(incident(at=later(1)))


def test_what_began_without_the_lake_is_known_when_it_is_back(
    machine: Callable[..., Incidents],
) -> None:
    machine(lake=False).begin(incident())
    assert not machine().begin(incident(at=later(1)))
    assert [one.title for one in machine().end(over, later(2))] == ["dbt_error it is"]
    assert machine().begin(incident(at=later(3)))


def test_what_another_machine_has_ended_is_news_again(machine: Callable[..., Incidents]) -> None:
    machine("one").begin(incident())
    assert len(machine("two").end(over, later(1))) == 1
    assert machine("one").end(over, later(2)) == [], "it was mailed by the other machine"
    assert machine("one").begin(incident(at=later(3)))


def test_only_what_is_over_ends(machine: Callable[..., Incidents]) -> None:
    machine().begin(incident("dbt_error"))
    machine().begin(incident("no_snapshot"))
    ended = machine().end(lambda one: one.cause == "dbt_error", later(1))
    assert ended == [incident("dbt_error").model_copy(update={"token": ended[0].token})]
    assert not machine().begin(incident("no_snapshot", later(2)))


@pytest.mark.parametrize("lake", [True, False])
def test_what_failed_before_the_end_of_its_cause_is_no_news(
    machine: Callable[..., Incidents], lake: bool
) -> None:
    """The watch looks back for an hour, and meets failures whose cause is over."""
    machine(lake=lake).begin(incident())
    machine(lake=lake).end(over, later(5))
    assert not machine(lake=lake).begin(incident(at=later(4)))
    assert machine(lake=lake).begin(incident(at=later(6)))


@pytest.mark.parametrize("lake", [True, False])
def test_a_refused_load_is_mailed_once_and_never_again(
    machine: Callable[..., Incidents], lake: bool
) -> None:
    """Its task may be cleared long after a good load has come."""
    refused = incident("load_refused/L1")
    assert machine(lake=lake).begin(refused)
    assert len(machine(lake=lake).end(over, later(5))) == 1
    assert not machine(lake=lake).begin(refused.model_copy(update={"opened_at": later(60)}))


def test_the_lake_remembers_what_is_over_for_ninety_days(
    machine: Callable[..., Incidents], store: ObjectStore
) -> None:
    machine().begin(incident("load_refused/L1"))
    machine().end(over, later(5))
    for days, remembered in ((89, True), (91, False)):
        machine().begin(incident(f"dbt_error/{days}", NOW + timedelta(days=days)))
        known = LakeBook(lambda: store).entries()
        assert ("load_refused/L1" in known) is remembered


def test_a_claim_that_is_taken_back_can_be_made_again(machine: Callable[..., Incidents]) -> None:
    machine().begin(incident())
    machine().take_back(incident())
    assert machine().begin(incident())


@pytest.mark.parametrize("damage", [b"[]", b"", b'{"schema_version": 99}'])
def test_a_list_that_cannot_be_read_stops_nothing(
    machine: Callable[..., Incidents], store: ObjectStore, damage: bytes
) -> None:
    store.put(keys.INCIDENTS, damage)
    assert machine().begin(incident())
    assert not machine().begin(incident())
    assert len(machine().end(over, later(1))) == 1


def test_a_file_without_content_still_names_its_cause_and_its_time(tmp_path: Path) -> None:
    """As it is made on a full disk, or by a process that was killed over it."""
    book = LocalBook(tmp_path)
    book.open(incident("disk_full/box"))
    (path,) = (tmp_path / "open").iterdir()
    path.write_text("")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert book.incidents() == {"disk_full/box": Incident(cause="disk_full/box", opened_at=NOW)}


def test_a_full_disk_hides_no_cause_and_repeats_none(
    machine: Callable[..., Incidents], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    here = machine(lake=False)
    monkeypatch.setattr(Path, "write_text", full)
    assert here.begin(incident("disk_full/box"))
    assert not here.begin(incident("disk_full/box"))


def test_where_nothing_can_be_kept_the_mail_goes_all_the_same(
    machine: Callable[..., Incidents], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "touch", read_only)
    assert machine(lake=False).begin(incident())
    assert machine(lake=True).begin(incident()), "the lake is enough"
    assert not machine(lake=True).begin(incident())


@pytest.mark.parametrize(
    ("of", "other", "covered"),
    [
        (BUILD, BUILD, True),
        (BUILD, Work(dag_id="market_marts", task="gate"), False),
        (Work(dag_id="d", task="pull"), Work(dag_id="d", task="pull", dataset="x.y"), True),
        (Work(dag_id="d", task="pull", dataset="x.y"), Work(dag_id="d", task="pull"), False),
    ],
)
def test_a_success_covers_the_same_work(of: Work, other: Work, covered: bool) -> None:
    assert of.covers(other) is covered


def test_what_was_ended_without_the_lake_is_not_ended_again_when_the_lake_is_back(
    machine: Callable[..., Incidents], store: ObjectStore
) -> None:
    machine().begin(incident())
    assert len(machine(lake=False).end(over, later(1))) == 1
    assert machine().end(over, later(2)) == []
    assert machine().begin(incident(at=later(3))), "it comes back"
    assert len(machine().end(over, later(4))) == 1


def test_a_file_that_a_full_disk_has_cut_off_in_a_character_counts_by_its_name(
    machine: Callable[..., Incidents], tmp_path: Path
) -> None:
    machine(lake=False).begin(incident())
    path = tmp_path / "one" / "open" / "dbt_error"
    path.write_bytes('{"cause": "dbt_error", "title": "…'.encode()[:-1])
    assert not machine(lake=False).begin(incident(at=later(1)))
    assert [one.cause for one in machine(lake=False).end(over, later(2))] == ["dbt_error"]
