"""Iceberg metadata of a snapshot: every engine reads what the views say, while it is kept."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import pytest
from botocore.exceptions import EndpointConnectionError

from engines import ENGINES, by_pyiceberg, rows
from publishing import on_day
from shortdrama.core.clock import Clock
from shortdrama.core.errors import NewerDocument
from shortdrama.core.settings import Settings
from shortdrama.lake import documents, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish import iceberg
from shortdrama.warehouse.publish.garbage import collect_garbage, find_garbage
from shortdrama.warehouse.publish.iceberg import write_iceberg
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.iceberg import IcebergTables, NoIcebergTables, read_tables
from shortdrama.warehouse.snapshots.manifest import MartFile, SnapshotManifest, read_manifest
from shortdrama.warehouse.snapshots.read import connect

pytestmark = pytest.mark.integration

Published = Callable[..., IcebergTables]
SALES = """
    select date '2025-07-05' as sold_on, 1 as sold union all select date '2025-08-05', {august}
"""
TYPED = """
    select unnest([{values}]::{kind}[]) as value
"""
VALUES = {
    "integer": "-2147483648, null",
    "bigint": "9007199254740993, -9223372036854775808",
    "decimal(38, 2)": "999999999999999999999999999999999999.99, 0, null",
    "decimal(5, 4)": "0.0001, -9.9999",
    "smallint": "-32768, 32767",
    "utinyint": "0, 255",
    "hugeint": "9007199254740992, 1",
    "double": "'nan', '-inf', '0.1'",
    "boolean": "true, null",
    "varchar": "'', '短剧 🎬', null, 'a''b c'",
    "date": "'0001-01-01', '9999-12-31', '2026-02-25'",
    "timestamp": "'2025-10-26 02:30:00.000001', '1969-12-31 23:59:59.999999'",
    "integer[]": "[1, null, 3], [], null",
    "struct(a integer, b varchar)": "{'a': 1, 'b': null}, null",
    "blob": r"'\x00\xFF', ''",
}


@pytest.fixture
def iceberg_of(warehouse: Any, settings: Settings, store: ObjectStore) -> Published:
    """Publish a build of these marts and write its Iceberg tables."""

    def published(name: str, marts: dict[str, str], day: int = 0) -> IcebergTables:
        inputs = warehouse.build(name, marts)
        manifest = publish(inputs, on_day(settings, day), store, print)
        return write_iceberg(manifest, settings, store, print)

    return published


def viewed(settings: Settings, mart: str, snapshot: str | None = None) -> list[str]:
    with connect(settings, snapshot) as connection:
        return rows(connection.execute(f"from {mart}").fetchall())


def test_every_engine_reads_what_the_views_say(iceberg_of: Published, settings: Settings) -> None:
    marts = {
        f"rpt_{number:02}": TYPED.format(kind=kind, values=values)
        for number, (kind, values) in enumerate(VALUES.items())
    }
    empty = "select 1 as a, cast(1 as decimal(9, 4)) as b where false"
    tables = iceberg_of("all", {**marts, "rpt_empty": empty, "fct_sales": SALES.format(august=2)})
    assert tables.left_out == {}
    with connect(settings) as connection:
        for mart, uri in tables.tables.items():
            seen = rows(connection.execute(f"from {mart}").fetchall())
            for read in ENGINES:
                assert read(uri, settings.s3) == seen, (mart, read)


def test_an_instant_with_a_zone_is_the_same_instant(
    iceberg_of: Published, settings: Settings
) -> None:
    said = "select timestamptz '2025-10-26 02:30:00+02' as said_at"
    tables = iceberg_of("zoned", {"dim_app": said})
    (row,) = by_pyiceberg(tables.tables["dim_app"], settings.s3)
    instant = datetime.fromisoformat("2025-10-26T00:30:00+00:00")
    assert f"{instant!r}".split("tzinfo")[0] in row


def test_the_path_of_a_mart_can_be_guessed(iceberg_of: Published, store: ObjectStore) -> None:
    tables = iceberg_of("a", {"dim_app": "select 1 as app_id"})
    snapshot = read_manifest(store).snapshot_id
    assert tables.tables == {
        "dim_app": f"s3://{store.bucket}/marts/snapshots/{snapshot}"
        "/iceberg/dim_app/metadata/v1.metadata.json"
    }
    assert read_tables(store, snapshot) == tables


def test_descriptions_units_and_the_sample_mark_are_in_the_metadata(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    inputs = warehouse.build("a", {"dim_app": "select 1.5 as revenue_usd"})
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("comment on table marts.dim_app is 'One row per app.'")
        connection.execute("comment on column marts.dim_app.revenue_usd is 'US dollars, 短剧.'")
    manifest = publish(inputs, settings, store, print)
    write_iceberg(manifest, settings, store, print)
    key = keys.iceberg_metadata(manifest.snapshot_id, "dim_app")
    metadata = json.loads(store.get(key))
    (column,) = metadata["schemas"][0]["fields"]
    assert column["doc"] == "US dollars, 短剧."
    assert metadata["properties"]["comment"] == "One row per app."
    assert metadata["properties"]["shortdrama.is-sample"] == "true"
    assert metadata["properties"]["shortdrama.snapshot-id"] == manifest.snapshot_id


def test_files_with_their_columns_in_another_order_are_matched_by_name(
    settings: Settings, store: ObjectStore, mixed: Callable[..., SnapshotManifest]
) -> None:
    manifest = mixed("select 1 as a, 'x' as b", "select 'y' as b, 2 as a")
    tables = write_iceberg(manifest, settings, store, print)
    for read in ENGINES:
        assert read(tables.tables["dim_app"], settings.s3) == ["(1, 'x')", "(2, 'y')"]


@pytest.mark.parametrize(
    "second",
    ["select 2 as a, 3 as c", "select 4294967295::uinteger as a", "select '1'::json as a"],
    ids=["more columns", "other numbers", "no such type"],
)
def test_files_that_are_no_table_are_left_out_with_the_reason_and_the_others_are_not(
    settings: Settings,
    store: ObjectStore,
    mixed: Callable[..., SnapshotManifest],
    second: str,
) -> None:
    manifest = mixed("select 1 as a", second, dim_vendor="select 7 as v")
    tables = write_iceberg(manifest, settings, store, print)
    assert set(tables.tables) == {"dim_vendor"}
    assert tables.left_out["dim_app"]
    assert write_iceberg(manifest, settings, store, fail) == tables


def fail(text: str) -> None:
    raise AssertionError(text)


@pytest.fixture
def mixed(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> Callable[..., SnapshotManifest]:
    """A snapshot whose mart `dim_app` has two files that two builds made."""

    def published(first: str, second: str, **others: str) -> SnapshotManifest:
        files: list[MartFile] = []
        for day, query in enumerate((second, first)):
            inputs = warehouse.build(str(day), {**others, "dim_app": query})
            manifest = publish(inputs, on_day(settings, day), store, print)
            files = [*manifest.marts["dim_app"], *files]
        changed = manifest.model_copy(update={"marts": {**manifest.marts, "dim_app": tuple(files)}})
        documents.put(changed, store, keys.snapshot(changed.snapshot_id, "manifest.json"))
        return changed

    return published


def test_a_mart_without_a_file_is_left_out(
    publish_build: Callable[..., SnapshotManifest], settings: Settings, store: ObjectStore
) -> None:
    manifest = publish_build("a")
    bare = manifest.model_copy(update={"marts": {"dim_app": ()}})
    tables = write_iceberg(bare, settings, store, print)
    assert tables.left_out == {"dim_app": "it has no file that says its columns"}


def test_an_attempt_that_was_killed_lists_nothing_and_the_next_goes_on(
    warehouse: Any,
    settings: Settings,
    store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marts = {name: f"select '{name}' as name" for name in ("dim_a", "dim_b", "dim_c")}
    manifest = publish(warehouse.build("a", marts), settings, store, print)
    metadata, made = iceberg._metadata, []

    def killed_at_the_second(catalog: Any, mart: Any, *rest: Any) -> bytes:
        made.append(mart.name)
        if len(made) == 2:
            metadata(catalog, mart, *rest)  # its files are written, and nothing names them
            raise KeyboardInterrupt
        return metadata(catalog, mart, *rest)

    monkeypatch.setattr(iceberg, "_metadata", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        write_iceberg(manifest, settings, store, print)
    with pytest.raises(NoIcebergTables, match="market_marts"):
        read_tables(store, manifest.snapshot_id)
    tables = write_iceberg(manifest, settings, store, print)
    assert made == ["dim_a", "dim_b", "dim_b", "dim_c"], "what was whole stays as it is"
    for mart, uri in tables.tables.items():
        assert by_pyiceberg(uri, settings.s3) == [f"('{mart}',)"]


def test_a_lost_table_is_written_again(
    iceberg_of: Published, settings: Settings, store: ObjectStore
) -> None:
    tables = iceberg_of("a", {"dim_app": "select 1 as app_id"})
    store.delete(keys.iceberg_metadata(tables.snapshot_id, "dim_app"))
    assert write_iceberg(read_manifest(store), settings, store, print) == tables
    assert by_pyiceberg(tables.tables["dim_app"], settings.s3) == ["(1,)"]


@pytest.mark.parametrize("body", [b"", b"{", b'{"tables": {}}', b"\xff"])
def test_a_damaged_list_is_written_again(
    iceberg_of: Published, settings: Settings, store: ObjectStore, body: bytes
) -> None:
    tables = iceberg_of("a", {"dim_app": "select 1 as app_id"})
    store.put(keys.iceberg_tables(tables.snapshot_id), body)
    assert write_iceberg(read_manifest(store), settings, store, print) == tables
    assert read_tables(store, tables.snapshot_id) == tables


def test_a_list_of_newer_software_is_left_as_it_is(
    iceberg_of: Published, settings: Settings, store: ObjectStore
) -> None:
    tables = iceberg_of("a", {"dim_app": "select 1 as app_id"})
    key = keys.iceberg_tables(tables.snapshot_id)
    store.put(key, b'{"schema_version": 2}')
    with pytest.raises(NewerDocument):
        write_iceberg(read_manifest(store), settings, store, print)
    assert store.get(key) == b'{"schema_version": 2}'


def test_a_store_that_is_away_leaves_nothing_out(
    publish_build: Callable[..., SnapshotManifest],
    settings: Settings,
    store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The task is red and tried again; a reason that is kept would be for ever."""
    manifest = publish_build("a")

    def away(*_: object) -> bytes:
        raise EndpointConnectionError(endpoint_url="s3")

    with monkeypatch.context() as patch:
        patch.setattr(store, "get_range", away)
        with pytest.raises(EndpointConnectionError):
            write_iceberg(manifest, settings, store, print)
    with pytest.raises(NoIcebergTables):
        read_tables(store, manifest.snapshot_id)


def test_garbage_collection_removes_the_metadata_with_its_snapshot_and_keeps_the_others_readable(
    iceberg_of: Published,
    settings: Settings,
    store: ObjectStore,
    clock_on: Callable[[int], Clock],
) -> None:
    gone, kept, current = (
        iceberg_of(name, {"fct_sales": SALES.format(august=day)}, day=day)
        for day, name in enumerate("abc")
    )
    collect_garbage(store, clock_on(100), set())
    assert not list(store.list(keys.iceberg(gone.snapshot_id)))
    for tables in (kept, current):
        seen = viewed(settings, "fct_sales", tables.snapshot_id)
        for read in ENGINES:
            assert read(tables.tables["fct_sales"], settings.s3) == seen
    assert not find_garbage(store, clock_on(100), set()).object_keys
