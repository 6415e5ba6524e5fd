"""What happened is read from the lake once, and remembered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from shortdrama.core.errors import DamagedDocument
from shortdrama.core.settings import S3Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.lake import duck, keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.overrides import Override
from shortdrama.lake.sends import SendRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery.ledger import claim, settle
from shortdrama.warehouse.build import built
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.ops_sources import fill
from shortdrama.warehouse.build.relations import prepare

TODAY = date(2026, 2, 25)
NOON = datetime(2026, 2, 25, 12, tzinfo=UTC)


@pytest.fixture
def warehouse(s3: S3Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duck.connect(s3) as connection:
        built.make(connection)
        yield connection


def prepared(connection: duckdb.DuckDBPyConnection, store: ObjectStore) -> None:
    """As a build does."""
    prepare(connection, read_inputs(store), store, lambda _: None)
    fill(connection, store, TODAY)


def happened(store: ObjectStore, kind: Any, subject: str, days_ago: int = 0, **more: Any) -> None:
    outcome = {"status": "succeeded", **more}
    record_outcome(
        store,
        Outcome(kind=kind, subject=subject, ended_at=NOON - timedelta(days=days_ago), **outcome),
    )


def subjects(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute("select subject from raw.ops_outcomes order by subject").fetchall()
    return [subject for (subject,) in found]


def listed(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    prefixes: list[str] = []
    real = store.list

    def spy(prefix: str) -> Iterator[str]:
        prefixes.append(prefix)
        return real(prefix)

    monkeypatch.setattr(store, "list", spy)
    return prefixes


def test_a_new_warehouse_reads_all_days_and_a_known_one_the_last(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened(store, "pull", "old", days_ago=400)
    happened(store, "build", "yesterday", days_ago=1)
    prepared(warehouse, store)
    assert subjects(warehouse) == ["old", "yesterday"]

    happened(store, "pull", "today")
    happened(store, "pull", "late", days_ago=2)
    prefixes = listed(store, monkeypatch)
    prepared(warehouse, store)
    assert subjects(warehouse) == ["late", "old", "today", "yesterday"]
    assert {prefix for prefix in prefixes if "/pull/" in prefix} == {
        f"ops/outcomes/pull/2026-02-{day}/" for day in (22, 23, 24, 25)
    }


def test_an_outcome_is_read_once(store: ObjectStore, warehouse: duckdb.DuckDBPyConnection) -> None:
    happened(store, "pull", "once")
    for _ in range(2):
        prepared(warehouse, store)
    assert subjects(warehouse) == ["once"]


def test_nothing_yet_is_empty_relations(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    prepared(warehouse, store)
    for relation in ("loads", "pulls", "gate_results", "builds", "snapshots", "sends"):
        assert warehouse.execute(f"select * from raw.ops_{relation}").fetchall() == []
    assert ("omdia.forecasts", "omdia", 0, 270) in warehouse.execute(
        "from raw.ops_datasets"
    ).fetchall()


def test_a_warehouse_that_served_another_lake_forgets_it(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    happened(store, "pull", "here")
    prepared(warehouse, store)
    warehouse.execute("update raw.ops_outcomes set uri = replace(uri, ?, 'x')", [store.bucket])
    prepared(warehouse, store)
    assert subjects(warehouse) == ["here"]


def test_what_a_gate_found_and_what_a_pull_cost_is_typed(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    finding = {
        "suite": "s", "expectation": "e", "column": None, "severity": "warning",
        "unexpected": 3, "checked": 9, "expected": "more", "observed": 1.5, "reason": "because",
    }  # fmt: skip
    happened(store, "gate", "load", dataset="omdia.forecasts", details={"findings": [finding] * 2})
    happened(store, "gate", "clean", details={"rows": 7, "findings": []})
    happened(store, "gate", "bare")
    happened(store, "pull", "p", details={"planned_calls": None, "used_calls": 4})
    prepared(warehouse, store)
    assert warehouse.execute(
        'select subject, finding_number, "rows", column_name, unexpected_rows, observed'
        " from raw.ops_gate_results order by all"
    ).fetchall() == [
        ("bare", 0, None, None, None, None),
        ("clean", 0, 7, None, None, None),
        ("load", 1, None, None, 3, "1.5"),
        ("load", 2, None, None, 3, "1.5"),
    ]
    assert warehouse.execute(
        "select pull_id, planned_calls, used_calls from raw.ops_pulls"
    ).fetchall() == [("p", None, 4)]


def test_a_load_has_a_row_per_decision(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    refused = LoadRecord(
        load_id="load", pull_id="pull", dataset=FORECASTS.id, status="quarantined", key="k",
        sha256="0", rows=3, coverage=Coverage(window=Window(start=TODAY, end=TODAY)),
        said_at=NOON, decided_at=NOON, is_sample=True, reasons=("one", "two"),
    )  # fmt: skip
    ledger = LoadLedger(store, FORECASTS.id)
    ledger.append(refused)
    for kind, status, by in (
        ("load_accepted", "accepted", "Ada"),
        ("load_revoked", "revoked", "Bo"),
    ):
        override = Override(kind=kind, subject="load", by=by, at=NOON, because=f"{status} by hand")
        ledger.decide(refused.model_copy(update={"status": status, "override": override}))
    prepared(warehouse, store)
    assert warehouse.execute(
        "select record_number, status, reasons, countries, override_by, override_because"
        " from raw.ops_loads order by record_number"
    ).fetchall() == [
        (1, "quarantined", "one\ntwo", None, None, None),
        (2, "accepted", "one\ntwo", None, "Ada", "accepted by hand"),
        (3, "revoked", "one\ntwo", None, "Bo", "revoked by hand"),
    ]


def test_sends_follow_the_last_attempt_and_name_nobody(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    edition = "weekly_brief/2025-W39"
    wanted = SendRecord(
        recipient="ada", locale="en", state="claimed", claim_id="c1", claimed_at=NOON
    )
    claimed = claim(store, edition, wanted)
    claim(store, edition, wanted.model_copy(update={"kind": "late_note"}))
    happened(store, "send", edition, message="ada failed")
    prepared(warehouse, store)
    settle(store, edition, claimed, "sent", NOON)
    happened(store, "send", edition, message="again")
    prepared(warehouse, store)
    assert warehouse.execute(
        "select edition, recipient_id, kind, state from raw.ops_sends order by kind"
    ).fetchall() == [
        (edition, "ada", "edition", "sent"), (edition, "ada", "late_note", "claimed"),
    ]  # fmt: skip


def test_a_warehouse_from_before_kinds_goes_on(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute(
        "create schema if not exists raw; create or replace table raw.ops_sends ("
        "edition varchar, recipient_id varchar, locale varchar, state varchar,"
        " claimed_at timestamp, settled_at timestamp);"
        "insert into raw.ops_sends values ('e', 'digest', 'en', 'sent', null, null)"
    )
    prepared(warehouse, store)
    assert warehouse.execute("select recipient_id, kind from raw.ops_sends").fetchall() == [
        ("digest", "edition")
    ]


def test_files_that_peoples_tools_leave_between_outcomes_are_not_read(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    happened(store, "pull", "ours")
    store.put(keys.outcomes("pull", TODAY) + ".DS_Store", b"\0\0\0\1Bud1\0{")
    prepared(warehouse, store)
    assert subjects(warehouse) == ["ours"]


def test_an_outcome_that_is_no_json_is_named(
    store: ObjectStore, warehouse: duckdb.DuckDBPyConnection
) -> None:
    key = keys.outcomes("pull", TODAY) + "0123456789abcdef.json"
    happened(store, "pull", "ours")
    store.put(key, b"\0\0\0\1")
    with pytest.raises(DamagedDocument, match=key):
        prepared(warehouse, store)
