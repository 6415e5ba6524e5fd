"""Loads made again from landing after a parser was fixed, without a call, in place of the first."""

import gzip
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.errors import LoadRefused, UnknownLoad
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.model import Dataset
from shortdrama.gates.results import GateResult
from shortdrama.ingest import conform as conform_module
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.history import load_history
from shortdrama.ingest.pull import pull
from shortdrama.ingest.replay import ReplayRefused, loads_to_replay, replay
from shortdrama.lake import documents, duck, keys
from shortdrama.lake.landing import read_part, read_pull
from shortdrama.lake.ledger import LoadLedger
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.build import built
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.relations import prepare

DAY = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))
ASKED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAY)


@pytest.fixture
def ledger(store):
    return LoadLedger(store, ESTIMATES.id)


@pytest.fixture(autouse=True)
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    def audit(dataset: Any, path: Any, load_id: str, *_: object) -> GateResult:
        with duck.connect() as connection:
            ((rows,),) = connection.read_parquet(str(path)).aggregate("count(*)").fetchall()
        return GateResult(
            subject=f"{dataset.id} load {load_id}", suites=(), rows=rows, findings=(), what_to_do=""
        )

    monkeypatch.setattr("shortdrama.gates.load_gate.audit_load", audit)


@pytest.fixture
def load(settings, store):
    def whole(request: PullRequest = ASKED):
        landed = read_pull(store, pull(request, settings, store))
        conform_or_quarantine(landed, settings, store)
        return admit(landed, settings, store)

    return whole


@pytest.fixture
def broken_parser(monkeypatch: pytest.MonkeyPatch):
    """A parser that looks for a field that the vendor does not send."""
    whole = conform_module.rows_sql

    def misspelt(dataset: Dataset) -> str:
        return whole(dataset).replace("strict_integer(downloads", "strict_integer(rollup")

    monkeypatch.setattr(conform_module, "rows_sql", misspelt)
    return lambda: monkeypatch.setattr(conform_module, "rows_sql", whole)


def test_a_replay_is_a_new_load_with_the_old_said_at_and_wins_the_tie(
    load, settings, store, ledger, simulator
) -> None:
    old = load()
    calls = len(simulator.calls)
    later = settings.model_copy(update={"frozen_clock": settings.frozen_clock + timedelta(days=9)})
    new = replay(old, later, store)
    assert new.load_id == f"{old.load_id}-r2"
    assert (new.said_at, new.coverage, new.pull_id) == (old.said_at, old.coverage, old.pull_id)
    assert new.decided_at > old.decided_at
    assert new.seq > old.seq
    assert new.rows == old.rows > 0
    assert ledger.accepted() == [old, new]
    assert store.exists(old.key)
    assert store.exists(new.key)
    assert list(store.list("candidates/")) == []
    assert len(simulator.calls) == calls
    assert replay(new, later, store).load_id == f"{old.load_id}-r3"


def test_rows_of_a_replay_carry_its_own_id_and_the_old_time(load, settings, store) -> None:
    old = load()
    new = replay(old, settings, store)
    with duck.connect(settings.s3) as connection:
        said = "select distinct load_id, said_at from read_parquet(?)"
        found = connection.execute(said, [store.uri(new.key)]).fetchall()
    assert found == [(new.load_id, old.said_at.replace(tzinfo=None))]


def test_a_load_that_a_parser_broke_is_accepted_once_the_parser_is_fixed(
    load, settings, store, ledger, broken_parser
) -> None:
    with pytest.raises(LoadRefused, match="agreed shape"):
        load()
    (spoilt,) = ledger.records()
    with pytest.raises(LoadRefused):
        replay(spoilt, settings, store)
    broken_parser()
    new = replay(spoilt, settings, store)
    assert new.load_id == f"{spoilt.load_id}-r3"
    assert ledger.accepted() == [new]


def test_a_refused_replay_leaves_the_original_in_force(
    load, settings, store, ledger, request
) -> None:
    old = load()
    request.getfixturevalue("broken_parser")
    with pytest.raises(LoadRefused):
        replay(old, settings, store)
    assert ledger.accepted() == [old]


def test_a_replay_that_was_killed_is_taken_up_again(
    load, settings, store, ledger, monkeypatch
) -> None:
    old = load()
    append = LoadLedger.append
    monkeypatch.setattr(LoadLedger, "append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        replay(old, settings, store)
    monkeypatch.setattr(LoadLedger, "append", append)
    assert replay(old, settings, store).load_id == f"{old.load_id}-r2"


def test_a_datasets_history_is_each_pull_once_oldest_first(load, settings, store, ledger) -> None:
    first = load()
    again = replay(first, settings, store)
    second = load(ASKED.model_copy(update={"run_key": "the next run"}))
    ids = {record.load_id for record in loads_to_replay(ESTIMATES, None, store)}
    assert ids == {again.load_id, second.load_id}
    tomorrow = settings.clock.today() + timedelta(days=1)
    assert loads_to_replay(ESTIMATES, tomorrow, store) == []


def test_what_cannot_be_replayed_is_said(load, settings, store) -> None:
    with pytest.raises(UnknownLoad, match="no ledger has a load L0"):
        load_history("L0", store)
    record = load()
    store.delete(keys.pull_record(ESTIMATES.id, record.said_at, record.pull_id))
    with pytest.raises(ReplayRefused, match="pull its window again"):
        replay(load_history(record.load_id, store)[-1], settings, store)


@pytest.fixture
def command_line(settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr("shortdrama.cli.load.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.cli.shared.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.core.machine.ensure_store", lambda: None)
    return CliRunner()


def test_the_command_replays_one_load_or_a_dataset(load, command_line, ledger) -> None:
    record = load()
    one = command_line.invoke(app, ["replay", record.load_id])
    assert f"accepted as {record.load_id}-r2" in one.output
    whole = command_line.invoke(app, ["replay", "--dataset", ESTIMATES.id, "--since", "2026-02-25"])
    assert "1 replayed, 0 refused" in whole.output
    assert [r.load_id[-2:] for r in ledger.accepted()[1:]] == ["r2", "r3"]


@pytest.mark.parametrize(
    "arguments", [[], ["L1", "--dataset", "x"], ["L1", "--since", "2025-01-01"]]
)
def test_the_command_wants_one_of_both(command_line, arguments) -> None:
    assert command_line.invoke(app, ["replay", *arguments]).exit_code == 2


@pytest.mark.parametrize("lacking", ["first", "both"])
def test_an_older_parquet_that_lacks_a_column_reads_as_null(load, settings, store, lacking) -> None:
    """As if `currency` had been added to the dataset after the first load, or after both."""
    old = load()
    new = load(ASKED.model_copy(update={"run_key": "the next run"}))
    nothing = dict.fromkeys(DATASETS, ())
    inputs = BuildInputs(
        accepted={**nothing, ESTIMATES.id: (old, new)}, refused_since=nothing, code=""
    )
    with duck.connect(settings.s3) as connection:
        for record in (old, new) if lacking == "both" else (old,):
            connection.execute(
                f"create or replace table older as select * exclude (currency)"
                f" from read_parquet('{store.uri(record.key)}')"
            )
            connection.execute(f"copy older to '{store.uri(record.key)}' (format parquet)")
        built.make(connection)
        prepare(connection, inputs, store, lambda _: None)
        found = connection.execute(
            "select load_id, any_value(currency), count(*) from raw.appfigures_estimates group by 1"
        ).fetchall()
    currency = None if lacking == "both" else "USD"
    assert sorted(found) == sorted(
        [(old.load_id, None, old.rows), (new.load_id, currency, new.rows)]
    )


def test_a_pull_that_began_in_an_older_release_has_parts_of_both_kinds(
    load, settings, store
) -> None:
    record = load()
    key = keys.pull_record(ESTIMATES.id, record.said_at, record.pull_id)
    landed = read_pull(store, key)
    first, *others = landed.parts
    older = first.model_copy(update={"key": first.key.replace(".zst", ".gz")})
    store.put(older.key, gzip.compress(read_part(store, first), 1))
    store.delete(first.key)
    documents.put(landed.model_copy(update={"parts": (older, *others)}), store, key)
    assert replay(record, settings, store).rows == record.rows > 0
