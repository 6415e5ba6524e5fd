"""Two snapshots are compared by the marts' keys, and moves are told their cause."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core import settings as config
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore, dump_json
from shortdrama.warehouse.build.inputs import DatasetState
from shortdrama.warehouse.compare.diff import MartDiff, diff_snapshots
from shortdrama.warehouse.snapshots.manifest import MANIFEST_FILE, MartFile, SnapshotManifest

FACTS = "fct_app_estimates_daily"
SIZES = "rpt_market_size_monthly"
KEYS = {
    FACTS: ("app_id", "country_code", "estimated_on"),
    SIZES: ("period_start_on", "geography"),
    "dim_app": ("app_id",),
}
AUGUST, SEPTEMBER = (date(2025, 8, 1), date(2025, 8, 31)), (date(2025, 9, 1), date(2025, 9, 30))

Snapshot = Callable[..., SnapshotManifest]
Load = Callable[..., str]


@pytest.fixture
def load(store: ObjectStore) -> Load:
    """Accepts a load of estimates, unless it is revoked; its id."""

    def accepted(load_id: str, window: tuple[date, date], *countries: str) -> str:
        LoadLedger(store, ESTIMATES.id).append(
            LoadRecord(
                load_id=load_id,
                pull_id=load_id,
                dataset=ESTIMATES.id,
                status="accepted",
                key=f"raw/{load_id}.parquet",
                sha256="",
                rows=1,
                coverage=Coverage(
                    window=Window(start=window[0], end=window[1]), countries=countries
                ),
                said_at=datetime(2025, 10, 1, tzinfo=UTC),
                decided_at=datetime(2025, 10, 1, tzinfo=UTC),
                is_sample=True,
            )
        )
        return load_id

    return accepted


@pytest.fixture
def snapshot(store: ObjectStore, tmp_path: Any) -> Snapshot:
    """A snapshot of some marts, each a query or a list of them, a file each."""

    def made(name: str, loads: list[str], as_of: str = "2025-09-30", **marts: Any) -> Any:
        options = {k: marts.pop(k) for k in ("code", "universe_version", "mart_keys") if k in marts}
        manifest = SnapshotManifest(
            snapshot_id=name,
            created_at=datetime(2025, 10, 1, tzinfo=UTC),
            is_sample=True,
            fingerprint=name,
            code_version="1",
            datasets={
                ESTIMATES.id: DatasetState(
                    as_of=as_of,
                    said_at=None,
                    accepted_at=None,
                    load_ids=tuple(loads),
                    refused_since=(),
                )
            },
            marts={
                mart: tuple(
                    file(f"{name}/{mart}-{number}.parquet", query)
                    for number, query in enumerate(
                        [queries] if isinstance(queries, str) else queries
                    )
                )
                for mart, queries in marts.items()
            },
            gate=None,
            warnings=(),
            overrides=(),
            previous=None,
            **({"code": "same", "universe_version": "same", "mart_keys": KEYS} | options),
        )
        document = dump_json(manifest.model_dump(mode="json"))
        store.put(keys.snapshot(name, MANIFEST_FILE), document, content_type="application/json")
        return manifest

    def file(key: str, query: str) -> MartFile:
        path = tmp_path / "mart.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")
            rows = connection.execute(f"select count(*) from '{path}'").fetchall()[0][0]
        store.upload(path, key)
        return MartFile(key=key, rows=rows, sha256=str(hash(query)))

    return made


@pytest.fixture
def diff(settings: Settings, store: ObjectStore) -> Callable[..., dict[str, MartDiff]]:
    def found(before: SnapshotManifest, after: SnapshotManifest, top: int = 3) -> Any:
        return {m.mart: m for m in diff_snapshots(before, after, settings.s3, store, top)}

    return found


def facts(*rows: tuple[str, str, str, int, str]) -> str:
    """App, country, day, downloads and load of each row."""
    values = ", ".join(str(row) for row in rows)
    return (
        "select app_id, country_code, cast(day as date) as estimated_on, downloads,"
        f" load_id from (values {values}) as f(app_id, country_code, day, downloads, load_id)"
    )


def sizes(**downloads: int) -> str:
    """Downloads of the world by month, such as m08."""
    return " union all ".join(
        f"select date '2025-{month[1:]}-01' as period_start_on,"
        f" last_day(date '2025-{month[1:]}-01') as period_end_on, 'World' as geography,"
        f" {count} as downloads"
        for month, count in downloads.items()
    )


def test_rows_are_added_removed_changed_or_of_another_load(
    snapshot: Snapshot, load: Load, diff: Any
) -> None:
    a = load("A", SEPTEMBER, "ZZ", "US")
    b = load("B", SEPTEMBER, "ZZ", "US")
    before = snapshot("s1", [a], **{FACTS: facts(
        ("gone", "US", "2025-09-01", 5, "A"),
        ("restated", "US", "2025-09-01", 10, "A"),
        ("repeated", "US", "2025-09-01", 7, "A"),
        ("untouched", "US", "2025-09-01", 9, "A"),
    )})  # fmt: skip
    after = snapshot("s2", [a, b], **{FACTS: facts(
        ("restated", "US", "2025-09-01", 13, "B"),
        ("repeated", "US", "2025-09-01", 7, "B"),
        ("untouched", "US", "2025-09-01", 9, "A"),
        ("new", "US", "2025-09-01", 1, "B"),
    )})  # fmt: skip
    found = diff(before, after)[FACTS]
    assert (found.added, found.removed, found.changed, found.lineage) == (1, 1, 1, 1)
    assert [(move.row["app_id"], move.difference) for move in found.moves] == [
        ("gone", "-5"), ("restated", "3"), ("new", "1"),
    ]  # fmt: skip
    assert found.moves[1].row == {
        "app_id": "restated", "country_code": "US", "estimated_on": "2025-09-01",
    }  # fmt: skip
    assert (found.moves[0].before, found.moves[0].after) == ("5", None)
    assert {move.causes for move in found.moves} == {("restatement",)}


def test_files_that_both_have_are_not_read(
    snapshot: Snapshot, load: Load, diff: Any, store: ObjectStore
) -> None:
    august, september = facts(("a", "US", "2025-08-01", 5, "A")), ("a", "US", "2025-09-01")
    loads = [load("A", SEPTEMBER, "US")]
    before = snapshot("s1", loads, **{FACTS: [august, facts((*september, 5, "A"))]})
    after = snapshot("s2", loads, **{FACTS: [august, facts((*september, 6, "A"))]})
    for manifest in (before, after):
        store.delete(manifest.marts[FACTS][0].key)
    found = diff(before, after)[FACTS]
    assert (found.changed, found.files_read) == (1, 2)


def test_the_same_rows_in_other_files_are_no_difference(
    snapshot: Snapshot, load: Load, diff: Any
) -> None:
    loads = [load("A", SEPTEMBER, "US")]
    one, two = ("a", "US", "2025-09-01", 5, "A"), ("a", "US", "2025-09-02", 5, "A")
    before = snapshot("s1", loads, **{FACTS: facts(one, two)})
    after = snapshot("s2", loads, **{FACTS: [facts(one), facts(two)]})
    assert diff(before, after) == {}


def test_a_month_that_is_gone_counts_its_rows(snapshot: Snapshot, load: Load, diff: Any) -> None:
    loads = [load("A", SEPTEMBER, "US")]
    august, september = (facts(("a", "US", f"2025-{m}-01", 5, "A")) for m in ("08", "09"))
    found = diff(
        snapshot("s1", loads, **{FACTS: [august, september]}),
        snapshot("s2", loads, **{FACTS: [september]}),
    )[FACTS]
    assert (found.removed, found.added, found.changed) == (1, 0, 0)


def test_a_mart_and_a_column_that_are_new(snapshot: Snapshot, load: Load, diff: Any) -> None:
    loads = [load("A", SEPTEMBER, "US")]
    before = snapshot("s1", loads, **{SIZES: sizes(m09=100)})
    after = snapshot(
        "s2",
        loads,
        code="other",
        **{
            SIZES: f"select *, true as is_sample from ({sizes(m09=101)})",
            "dim_app": "select 'a' as app_id",
        },
    )
    found = diff(before, after)
    assert (found[SIZES].changed, found[SIZES].columns_added) == (1, ("is_sample",))
    assert found[SIZES].moves[0].causes == ("code",)
    assert (found["dim_app"].added, found["dim_app"].files_read) == (1, 1)


def test_without_a_key_rows_are_only_added_and_removed(
    snapshot: Snapshot, load: Load, diff: Any
) -> None:
    loads = [load("A", SEPTEMBER, "US")]
    found = diff(
        snapshot("s1", loads, mart_keys={}, **{SIZES: sizes(m09=100)}),
        snapshot("s2", loads, mart_keys={}, **{SIZES: sizes(m09=101)}),
    )[SIZES]
    assert (found.key, found.added, found.removed, found.changed) == ((), 1, 1, 0)
    assert found.moves == ()


def test_causes_are_told_apart(snapshot: Snapshot, load: Load, diff: Any) -> None:
    july, october = (date(2025, 7, 1), date(2025, 7, 31)), (date(2025, 10, 1), date(2025, 10, 1))
    stays, bad = load("A", SEPTEMBER, "ZZ"), load("bad", AUGUST, "ZZ")
    restates, late = load("restates", SEPTEMBER, "ZZ"), load("late", july, "ZZ")
    new = load("new", october, "ZZ")
    found = diff(
        snapshot("s1", [stays, bad], **{SIZES: sizes(m08=90, m09=100)}),
        snapshot(
            "s2", [stays, restates, late, new], **{SIZES: sizes(m07=50, m08=80, m09=140, m10=3)}
        ),
        top=9,
    )[SIZES]
    assert {move.row["period_start_on"]: move.causes for move in found.moves} == {
        "2025-07-01": ("late load",),
        "2025-08-01": ("revocation",),
        "2025-09-01": ("restatement",),
        "2025-10-01": ("new load",),
    }


def test_a_load_of_another_country_is_no_cause(snapshot: Snapshot, load: Load, diff: Any) -> None:
    a, b = load("A", SEPTEMBER, "ZZ", "US"), load("B", SEPTEMBER, "US")
    found = diff(
        snapshot("s1", [a], **{SIZES: sizes(m09=100)}),
        snapshot("s2", [a, b], **{SIZES: sizes(m09=101)}),
    )[SIZES]
    assert found.moves[0].causes == ()


def test_a_decision_on_the_universe_moves_its_app_and_the_sums(
    snapshot: Snapshot, load: Load, diff: Any
) -> None:
    def apps(moved_to: str) -> str:
        return (
            "select app_id, app_id = 'stays' as in_universe, null::date as in_universe_from_on,"
            f" if(app_id = 'moved', {moved_to}, null)::date as in_universe_to_on"
            " from unnest(['stays', 'moved']) as a(app_id)"
        )

    loads = [load("A", SEPTEMBER, "US", "ZZ")]
    stays = ("stays", "US", "2025-09-01", 5, "A")
    before = snapshot("s1", loads, universe_version="v1", **{
        "dim_app": apps("null"),
        FACTS: facts(stays, ("moved", "US", "2025-09-01", 7, "A")),
        SIZES: sizes(m09=12),
    })  # fmt: skip
    after = snapshot("s2", loads, universe_version="v2", **{
        "dim_app": apps("'2025-08-31'"),
        FACTS: facts((*stays[:3], 6, "A")),
        SIZES: sizes(m09=6),
    })  # fmt: skip
    found = diff(before, after)
    moves = {move.row["app_id"]: move.causes for move in found[FACTS].moves}
    assert moves == {"moved": ("universe",), "stays": ()}
    assert found[SIZES].moves[0].causes == ("universe",)
    assert found["dim_app"].changed == 1


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `shortdrama diff` on the test's lake; what it prints."""
    monkeypatch.setattr("shortdrama.cli.diff.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.cli.shared.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.core.machine.ensure_store", lambda: None)

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["diff", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    yield invoke
    config.settings.cache_clear()


def test_what_is_printed_fits_80_columns(snapshot: Snapshot, load: Load, run: Any) -> None:
    a, b = load("A", SEPTEMBER, "ZZ"), load("B", SEPTEMBER, "ZZ")
    million = {"m08": 123_456_789_012, "m09": 223_456_789_012}
    snapshot("s1", [a], **{SIZES: sizes(**million)})
    snapshot("s2", [a, b], **{SIZES: sizes(**million | {"m09": 999_456_789_012})})
    lines = run("s1", "s2").splitlines()
    assert lines[2] == "loads: 1 added, 0 removed; code: same; universe: same"
    assert lines[5].split() == [SIZES, "0", "0", "1", "0"]
    assert lines[-3:] == [
        f"largest moves in {SIZES}",
        "  2025-09-01, World",
        "    downloads 223,456,789,012 → 999,456,789,012 (+776,000,000,000)  restatement",
    ]
    assert max(map(len, lines)) <= 80


def test_machines_get_everything(snapshot: Snapshot, load: Load, run: Any) -> None:
    a = load("A", SEPTEMBER, "ZZ")
    snapshot("s1", [a], **{SIZES: sizes(m09=1)})
    snapshot("s2", [a], **{SIZES: sizes(m09=2)})
    told = json.loads(run("s1", "s2", "--json"))
    assert (told["before"], told["after"]) == ("s1", "s2")
    assert told["marts"][0]["moves"][0]["difference"] == "1"
    assert json.loads(run("s1", "s1", "--json"))["marts"] == []
    assert "no mart differs" in run("s1", "s1")
