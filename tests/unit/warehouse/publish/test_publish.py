"""What a snapshot consists of, and what a publish leaves alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.core.settings import Settings
from shortdrama.lake import duck, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish import publish as publishing
from shortdrama.warehouse.publish.export import ExportFailed
from shortdrama.warehouse.publish.publish import is_published, publish
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    VIEWS_FILE,
    SnapshotManifest,
    current_snapshot_id,
    read_manifest,
)
from shortdrama.warehouse.snapshots.read import connect

JULY, AUGUST, SEPTEMBER = (date(2025, month, 1) for month in (7, 8, 9))
SALES = """
    select cast(sold_on as date) as sold_on, cast(sold as bigint) as sold
    from (values ('2025-07-31', 7), ('2025-08-01', 8), ('2025-08-31', 9)) as sales (sold_on, sold)
"""
NO_SALES = f"{SALES} where false"


@pytest.fixture
def first(warehouse: Any, settings: Settings, store: ObjectStore) -> SnapshotManifest:
    """July and August, both written by the first build."""
    inputs = warehouse.build(
        "first", {"fct_sales": SALES}, {"fct_sales": {JULY: "first", AUGUST: "first"}}
    )
    return publish(inputs, settings, store, print)


def rows(settings: Settings, query: str, snapshot_id: str | None = None) -> list[Any]:
    with connect(settings, snapshot_id) as connection:
        return connection.execute(query).fetchall()


def test_a_mart_by_month_is_a_file_a_month(
    first: SnapshotManifest, settings: Settings, store: ObjectStore
) -> None:
    july, august = first.marts["fct_sales"]
    assert july.key == f"marts/snapshots/{first.snapshot_id}/fct_sales/2025-07.parquet"
    assert (july.month_on, july.rows, july.built_by) == (JULY, 1, "first")
    assert (august.month_on, august.rows, august.built_by) == (AUGUST, 2, "first")
    assert rows(settings, "select sum(sold) from fct_sales where sold_on >= '2025-08-01'") == [
        (17,)
    ]


def test_a_month_that_no_build_touched_is_taken_over_by_reference(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    restated = f"select sold_on, if(sold_on >= '2025-08-01', 0, sold) as sold from ({SALES})"
    second = publish(
        warehouse.build(
            "second", {"fct_sales": restated}, {"fct_sales": {JULY: "first", AUGUST: "second"}}
        ),
        settings,
        store,
        print,
    )
    july, august = second.marts["fct_sales"]
    assert july == first.marts["fct_sales"][0]
    assert august.key.startswith(f"marts/snapshots/{second.snapshot_id}/")
    assert rows(settings, "select sum(sold) from fct_sales") == [(7,)]
    assert rows(settings, "select sum(sold) from fct_sales", first.snapshot_id) == [(24,)]


def test_a_third_snapshot_refers_to_the_first(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    for name in ("second", "third"):
        inputs = warehouse.build(
            name, {"fct_sales": SALES}, {"fct_sales": {JULY: "first", AUGUST: name}}
        )
        manifest = publish(inputs, settings, store, print)
    assert manifest.marts["fct_sales"][0] == first.marts["fct_sales"][0]


def test_other_models_write_every_month_anew(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    """A model with another column does not read the old files, whoever wrote their months."""
    wider = f"select *, 'new' as note from ({SALES})"
    months = {"fct_sales": {JULY: "first", AUGUST: "first"}}
    inputs = warehouse.build("first", {"fct_sales": wider}, months, code="other code")
    publish(inputs, settings, store, print)
    assert rows(settings, "select distinct note from fct_sales") == [("new",)]


def test_a_month_of_which_no_build_tells_is_exported(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    inputs = warehouse.build("second", {"fct_sales": SALES}, {"fct_sales": {AUGUST: "first"}})
    july, august = publish(inputs, settings, store, print).marts["fct_sales"]
    assert july.key != first.marts["fct_sales"][0].key
    assert august == first.marts["fct_sales"][1]


def test_a_month_that_vanished_is_gone(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    august = f"{SALES} where sold_on >= '2025-08-01'"
    months = {"fct_sales": {JULY: "second", AUGUST: "first"}}
    inputs = warehouse.build("second", {"fct_sales": august}, months)
    assert publish(inputs, settings, store, print).marts["fct_sales"] == (
        first.marts["fct_sales"][1],
    )


def test_a_row_without_a_date_is_not_lost_but_refused(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    undated = f"{SALES} union all select null, 1"
    inputs = warehouse.build("first", {"fct_sales": undated}, {"fct_sales": {JULY: "first"}})
    with pytest.raises(ExportFailed, match=r"fct_sales .* no sold_on"):
        publish(inputs, settings, store, print)
    assert current_snapshot_id(store) is None


def test_a_mart_without_written_months_is_a_single_file(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    manifest = publish(warehouse.build("first", {"fct_sales": SALES}), settings, store, print)
    (file,) = manifest.marts["fct_sales"]
    assert file.key == f"marts/snapshots/{manifest.snapshot_id}/fct_sales.parquet"
    assert (file.rows, file.month_on, file.built_by) == (3, None, None)


def test_a_mart_by_month_without_rows_reads_as_an_empty_table_of_its_types(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    months = {"fct_sales": {JULY: "first"}}
    publish(warehouse.build("first", {"fct_sales": NO_SALES}, months), settings, store, print)
    assert rows(settings, "select * from fct_sales") == []
    described = rows(settings, "select column_name, column_type from (describe fct_sales)")
    assert described == [("sold_on", "DATE"), ("sold", "BIGINT")]


def test_views_carry_comments_and_no_secret(
    warehouse: Any, settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    inputs = warehouse.build("first", {"fct_sales": SALES})
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("comment on table marts.fct_sales is 'How much was sold?'")
        connection.execute("comment on column marts.fct_sales.sold is 'Pieces.'")
    manifest = publish(inputs, settings, store, print)
    assert rows(settings, "select comment from duckdb_views() where view_name = 'fct_sales'") == [
        ("How much was sold?",)
    ]
    assert rows(settings, "select comment from duckdb_columns() where column_name = 'sold'") == [
        ("Pieces.",)
    ]
    views = tmp_path / VIEWS_FILE
    store.download(keys.snapshot(manifest.snapshot_id, VIEWS_FILE), views)
    assert b"secret" not in views.read_bytes().lower()
    with duck.connect(path=views) as connection:
        assert connection.execute("from duckdb_secrets()").fetchall() == []


def test_the_manifest_says_what_the_snapshot_is_made_of(first: SnapshotManifest) -> None:
    estimates = first.datasets["appfigures.estimates"]
    assert (estimates.as_of, estimates.load_ids) == ("2025-09-30", ("first",))
    assert first.gate is not None
    assert first.gate.suites == ("marts/a",)
    assert first.is_sample
    assert first.rows == 3


def test_a_manifest_of_an_earlier_release_reads_and_is_built_upon(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    old = first.model_dump(mode="json", exclude={"schema_version", "gate"})
    for file in old["marts"]["fct_sales"]:
        del file["month_on"], file["built_by"]
    key = keys.snapshot(first.snapshot_id, MANIFEST_FILE)
    store.update_json(key, lambda _: old)
    store.update_json(keys.CURRENT_SNAPSHOT, lambda _: {"snapshot_id": first.snapshot_id})
    months = {"fct_sales": {JULY: "first", AUGUST: "first"}}
    second = publish(
        warehouse.build("second", {"fct_sales": SALES}, months), settings, store, print
    )
    assert second.previous == first.snapshot_id
    assert {file.key.split("/")[2] for file in second.marts["fct_sales"]} == {second.snapshot_id}


def test_the_same_inputs_are_published_once(
    publish_build: Callable[..., SnapshotManifest], store: ObjectStore
) -> None:
    assert publish_build("a") == publish_build("a", day=1)
    assert len(list(store.folders(keys.SNAPSHOTS))) == 1


def test_a_publish_that_lost_its_last_step_writes_no_file_twice(
    warehouse: Any, settings: Settings, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands still, so the second attempt has the same id."""
    inputs = warehouse.build("a", {"dim_app": "select 1 as app_id"})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "move_pointer", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(inputs, settings, store, print)
    assert not is_published(inputs, store)
    monkeypatch.setattr(ObjectStore, "upload", killed)
    assert publish(inputs, settings, store, print) == read_manifest(store)
    assert is_published(inputs, store)
