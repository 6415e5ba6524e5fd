"""A build reads no object that is not what was accepted, and what was put back reaches readers."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from botocore.exceptions import ClientError

from damages import break_a_fact
from machines import FACT, LATE, Machine, few_statements
from raw_damage import KINDS, seeded
from shortdrama.core.errors import BuildFailed, LoadsDamaged
from shortdrama.core.settings import Settings
from shortdrama.gates import mart_gate
from shortdrama.lake import duck
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.raw_objects import compare
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import build as building
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.raw_check import RawCheck
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import read_manifest

pytestmark = pytest.mark.integration

SAMPLE = 40
NOT_READ = ("estimates-q2", "estimates-replay-of-july")
"""They are in the warehouse; what is new restates September."""


@pytest.fixture
def bodies(machine: Machine) -> Iterator[dict[str, bytes]]:
    """The accepted objects by load, which are put back in the end."""
    machine.restore()
    bodies = {record.load_id: machine.store.get(record.key) for record in machine.records}
    yield bodies
    for record in machine.records:
        machine.store.put(record.key, bodies[record.load_id])


def put_back(machine: Machine, record: LoadRecord, bodies: dict[str, bytes]) -> None:
    machine.store.put(record.key, bodies[record.load_id])


def named(machine: Machine, load_id: str) -> LoadRecord:
    (record,) = (record for record in machine.records if record.load_id == load_id)
    return record


def test_of_forty_seeded_damages_each_is_found_and_nothing_else(
    machine: Machine, bodies: dict[str, bytes]
) -> None:
    known = dict(compare(machine.records, machine.store, {}).etags)
    damages = seeded(machine.records, bodies, SAMPLE)
    assert {damage.kind for damage in damages} == set(KINDS)
    for damage in damages:
        damage.inflict(machine.store)
        found = compare(machine.records, machine.store, known)
        assert [one.record for one in found.damaged] == [damage.record], str(damage)
        put_back(machine, damage.record, bodies)
        compare(machine.records, machine.store, known).refuse_damaged()


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_a_damaged_load_is_refused_by_name_and_put_back_reaches_readers_by_one_ordinary_run(
    machine: Machine, bodies: dict[str, bytes], number: int
) -> None:
    read = [one for one in machine.records if one.load_id not in NOT_READ]
    damage = seeded(read, bodies, len(KINDS))[number]
    damage.inflict(machine.store)
    with pytest.raises(LoadsDamaged, match=damage.record.load_id) as refused:
        machine.run()
    assert damage.record.key in str(refused.value).splitlines()[0]
    assert machine.rows() == machine.before
    put_back(machine, damage.record, bodies)
    machine.run()
    assert machine.rows() == machine.after


def test_a_refused_build_is_recorded_with_load_and_object(
    machine: Machine, bodies: dict[str, bytes]
) -> None:
    record = named(machine, "products-first")
    machine.store.delete(record.key)
    with pytest.raises(LoadsDamaged):
        machine.run()
    failed = [
        outcome
        for outcome in outcomes_of(machine.store, "build", machine.settings.clock.today())
        if outcome.status == "failed"
    ]
    assert f"load {record.load_id}: {record.key} is gone" in failed[0].message


def test_a_damaged_load_that_a_build_does_not_read_changes_no_row(
    machine: Machine, bodies: dict[str, bytes]
) -> None:
    machine.store.delete(named(machine, "estimates-q2").key)
    machine.run()
    assert machine.rows() == machine.after
    with pytest.raises(LoadsDamaged, match="load estimates-q2"):
        machine.build(full_refresh=True)


def test_what_was_found_right_is_read_again_only_if_it_changed_or_the_warehouse_is_lost(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    digest = ObjectStore.digest

    def noted(self: ObjectStore, key: str) -> Any:
        read.append(key)
        return digest(self, key)

    monkeypatch.setattr(ObjectStore, "digest", noted)
    machine.build()
    late = sorted(one.key for one in machine.records if f"{one.said_at:%F}" == LATE)
    assert sorted(read) == late
    read.clear()
    machine.build(full_refresh=True)
    assert read == []
    machine.path.unlink()
    machine.build()
    assert sorted(read) == sorted(record.key for record in machine.records)


def test_a_refused_build_remembers_what_it_found_right(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a large lake would be read again every hour until the damage is mended."""
    machine.path.unlink()
    machine.store.delete(named(machine, "estimates-q3").key)
    with pytest.raises(LoadsDamaged):
        machine.build()
    read: list[str] = []
    digest = ObjectStore.digest
    monkeypatch.setattr(
        ObjectStore, "digest", lambda self, key: read.append(key) or digest(self, key)
    )
    with pytest.raises(LoadsDamaged):
        machine.build()
    assert read == [named(machine, "estimates-q3").key]


Dbt = Callable[[Settings, Plan, Callable[[str], None]], None]


def while_dbt_runs(
    patch: pytest.MonkeyPatch, happens: Callable[[], None], *, first: bool = True
) -> None:
    def dbt(settings: Settings, plan: Plan, say: Callable[[str], None]) -> None:
        if first:
            happens()
        few_statements(settings, plan, say)
        if not first:
            happens()

    patch.setattr(building, "run_dbt", dbt)


@pytest.mark.parametrize("first", [True, False], ids=["before it is read", "after"])
def test_a_load_that_is_damaged_while_dbt_runs_is_refused_and_its_months_are_built_again(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """Another load's rows: dbt reads them without an error."""
    q3, late = (named(machine, f"estimates-{one}") for one in ("q3", "september"))
    with monkeypatch.context() as patch:
        while_dbt_runs(patch, lambda: machine.store.put(late.key, bodies[q3.load_id]), first=first)
        with pytest.raises(LoadsDamaged, match=r"estimates-september.* holds load estimates-q3"):
            machine.run()
    assert machine.rows() == machine.before
    put_back(machine, late, bodies)
    machine.run()
    assert machine.rows() == machine.after


def test_a_load_that_is_deleted_while_dbt_runs_is_named_and_not_only_what_dbt_says(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = named(machine, "estimates-september")
    while_dbt_runs(monkeypatch, lambda: machine.store.delete(late.key))
    with pytest.raises(LoadsDamaged, match=f"load {late.load_id}: {late.key} is gone") as refused:
        machine.run()
    assert isinstance(refused.value.__context__, BuildFailed)


def test_a_load_that_the_store_can_list_but_not_read_is_named(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ETag is right. dbt only says that the lake answers with 500, as if it were away."""
    late = named(machine, "estimates-september")
    digest = ObjectStore.digest
    answer: Any = {"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    broken: list[str] = []

    def read(self: ObjectStore, key: str) -> Any:
        if key in broken:
            raise ClientError(answer, "GetObject")
        return digest(self, key)

    def fails(*_: object) -> None:
        broken.append(late.key)
        raise BuildFailed(f"HTTP Error: HTTP GET error reading '{late.key}' (HTTP 500)")

    monkeypatch.setattr(ObjectStore, "digest", read)
    monkeypatch.setattr(building, "run_dbt", fails)
    with pytest.raises(LoadsDamaged, match=rf"load {late.load_id}: {late.key} cannot be read"):
        machine.run()


def doubled(machine: Machine, body: bytes, path: Any) -> bytes:
    """A load's Parquet with twice the downloads: it reads without any error."""
    path.write_bytes(body)
    with duck.connect() as connection:
        connection.execute(f"create table load as from '{path}'")
        connection.execute("update load set downloads = 2 * downloads")
        connection.execute(f"copy load to '{path}' (format parquet)")
    return bytes(path.read_bytes())


def test_a_repair_reaches_readers_by_a_full_refresh(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """What an earlier release has published, which looked at no object: wrong facts and reports."""
    q2 = named(machine, "estimates-q2")
    machine.store.put(q2.key, doubled(machine, bodies["estimates-q2"], tmp_path / "q2.parquet"))
    with monkeypatch.context() as patch:
        patch.setattr(RawCheck, "check", lambda *_: None)
        wrong = machine.run(full_refresh=True)
    assert machine.rows() != machine.after
    put_back(machine, q2, bodies)
    assert machine.run() == wrong, "nothing is new"
    repaired = machine.run(full_refresh=True)
    assert repaired != wrong
    assert machine.rows() == machine.after
    assert read_manifest(machine.store, wrong).fingerprint == (
        read_manifest(machine.store, repaired).fingerprint
    )
    assert machine.run(full_refresh=True) == repaired, "equal results are not published twice"


def test_months_that_were_right_are_taken_over_from_the_wrong_snapshot(
    machine: Machine, bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    q2 = named(machine, "estimates-q2")
    machine.store.put(q2.key, doubled(machine, bodies["estimates-q2"], tmp_path / "q2.parquet"))
    with monkeypatch.context() as patch:
        patch.setattr(RawCheck, "check", lambda *_: None)
        wrong = read_manifest(machine.store, machine.run(full_refresh=True))
    put_back(machine, q2, bodies)
    right = read_manifest(machine.store, machine.run(full_refresh=True))
    taken_over = set(right.marts[FACT]) & set(wrong.marts[FACT])
    assert {file.month_on.month for file in taken_over if file.month_on} == {7, 8, 9}


@pytest.mark.parametrize("stage", ["gate", "publish"])
def test_a_warehouse_that_breaks_after_its_build_is_built_again_in_the_same_run(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    machine.restore()
    inputs = read_inputs(machine.store)
    machine.build()
    passed = mart_gate.audit_marts

    def reads(connection: duckdb.DuckDBPyConnection, *arguments: Any) -> Any:
        connection.execute(f"select max(note) from marts.{FACT}")
        return passed(connection, *arguments)

    monkeypatch.setattr(mart_gate, "audit_marts", reads)
    said: list[str] = []
    if stage == "gate":
        break_a_fact(machine.path)
    audit(inputs, machine.settings, machine.store, said.append)
    if stage == "publish":
        break_a_fact(machine.path)
    publish(inputs, machine.settings, machine.store, said.append)
    assert len([line for line in said if "is built from nothing" in line]) == 1
    assert machine.rows() == machine.after
