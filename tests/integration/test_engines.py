"""All marts, on a real S3, read by every engine through their Iceberg metadata."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from engines import ENGINES, rows
from mart_tables import contracts
from shortdrama.core.clock import Clock
from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish.garbage import collect_garbage
from shortdrama.warehouse.publish.iceberg import write_iceberg
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.iceberg import IcebergTables
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest
from shortdrama.warehouse.snapshots.read import connect
from shortdrama_local.embedded.machine import this_machine

BY_MONTH = {
    "fct_app_estimates_daily": "estimated_on",
    "fct_app_ranks_daily": "ranked_on",
    "fct_hashtag_views_daily": "viewed_on",
}
EMPTY = ("ops_sends", "fct_minis_offers")
LARGEST = {"int": "2147483647", "bigint": "9007199254740993", "boolean": "true"}


def typed_rows(mart: str, build: int) -> str:
    """Rows with the types of the contract: in June, in July of each build, and of nothing."""
    columns = contracts()[mart]
    if mart in EMPTY:
        return f"select {_values(columns, 6, build)} where false"
    kept = [_values(columns, 6, 0), _values(columns, 7, build)]
    if mart not in BY_MONTH:
        kept.append(", ".join(f"cast(null as {kind})" for kind in columns.values()))
    return " union all ".join(f"select {values}" for values in kept)


def _values(columns: dict[str, str], month: int, build: int) -> str:
    return ", ".join(
        f"cast({_value(kind, month, build)} as {kind}) as {name}" for name, kind in columns.items()
    )


def _value(kind: str, month: int, build: int) -> str:
    if kind == "date":
        return f"'2025-{month:02}-28'"
    if kind == "timestamp":
        return f"'2025-{month:02}-28 23:59:59.00000{build}'"
    if kind.startswith("decimal"):
        digits, scale = map(int, kind.removeprefix("decimal(").rstrip(")").split(","))
        return f"'-{'9' * (digits - scale)}.{'9' * (scale - 1)}{build}'"
    return LARGEST.get(kind, f"'短剧 {month}, build {build}'")


@pytest.fixture
def snapshots(lake: Settings, make_warehouse: Any) -> list[tuple[SnapshotManifest, IcebergTables]]:
    """Three, a month apart; June is taken over from the first, which has only what is by month."""
    store = ObjectStore.of(lake.s3)
    warehouse = make_warehouse(lake, store, **BY_MONTH)
    made = []
    for build in range(3):
        at = lake.clock.now() + timedelta(days=30 * build)
        settings = lake.model_copy(update={"frozen_clock": at})
        marts = {mart: typed_rows(mart, build) for mart in (contracts() if build else BY_MONTH)}
        inputs = warehouse.build(f"b{build}", marts)
        manifest = publish(inputs, settings, store, print)
        made.append((manifest, write_iceberg(manifest, settings, store, print)))
    return made


@pytest.mark.long
@pytest.mark.integration
def test_every_engine_reads_all_marts_of_an_old_and_a_new_snapshot_after_garbage_collection(
    lake: Settings, snapshots: list[tuple[SnapshotManifest, IcebergTables]]
) -> None:
    """With a key that may only read."""
    store, machine = ObjectStore.of(lake.s3), this_machine()
    keys_of_reader = {
        "access_key_id": machine.reader_access_key_id,
        "secret_access_key": SecretStr(machine.reader_secret_access_key),
    }
    reader = lake.s3.model_copy(update=keys_of_reader)
    (first, _), *kept = snapshots
    june = kept[-1][0].marts["fct_app_ranks_daily"][0]
    assert first.snapshot_id in june.key, "taken over by reference"
    collect_garbage(store, Clock(lake.clock.now() + timedelta(days=61)), set(), timedelta(days=14))
    assert not store.exists(keys.iceberg_tables(first.snapshot_id))
    for manifest, tables in kept:
        assert set(tables.tables) == set(contracts())
        assert tables.left_out == {}
        with connect(lake, manifest.snapshot_id) as connection:
            for mart, path in tables.tables.items():
                seen = rows(connection.execute(f"from {mart}").fetchall())
                assert bool(seen) == (mart not in EMPTY)
                for read in ENGINES:
                    assert read(path, reader) == seen, (mart, read)
