"""What a snapshot consists of, and what a publish leaves alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publishing import on_day
from shortdrama.core.errors import BuildFailed, MartsRefused
from shortdrama.core.settings import Settings
from shortdrama.lake import duck, keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish import publish as publishing
from shortdrama.warehouse.publish.publish import is_published, publish
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    VIEWS_FILE,
    SnapshotManifest,
    current_snapshot_id,
    read_manifest,
)
from shortdrama.warehouse.snapshots.read import connect

JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)
SALES = """
    select cast(sold_on as date) as sold_on, cast(sold as bigint) as sold
    from (values ('2025-07-31', 7), ('2025-08-01', 8), ('2025-08-31', 9)) as sales (sold_on, sold)
"""
NO_SALES = f"{SALES} where false"
AUGUST_RESTATED = f"select sold_on, if(sold_on >= '2025-08-01', 0, sold) as sold from ({SALES})"


Build = Callable[..., SnapshotManifest]


@pytest.fixture
def build(warehouse: Any, settings: Settings, store: ObjectStore) -> Build:
    """Publish a build whose inputs are told apart by `name`, of the mart fct_sales."""

    def run(name: str, sales: str = SALES, day: int = 0, **options: Any) -> SnapshotManifest:
        inputs = warehouse.build(name, {"fct_sales": sales}, **options)
        return publish(inputs, on_day(settings, day), store, print)

    return run


@pytest.fixture
def first(build: Build) -> SnapshotManifest:
    """July and August, both written by the first build."""
    return build("first")


def without_content(store: ObjectStore, snapshot_id: str) -> None:
    """Rewrite the manifest as an earlier release wrote it."""

    def older(document: dict[str, Any]) -> dict[str, Any]:
        marts = {
            mart: [{**file, "built_by": document["fingerprint"], "content": None} for file in files]
            for mart, files in document["marts"].items()
        }
        return {**document, "marts": marts, "schema_version": 1}

    store.update_json(keys.snapshot(snapshot_id, MANIFEST_FILE), older)


def rows(settings: Settings, query: str, snapshot_id: str | None = None) -> list[Any]:
    with connect(settings, snapshot_id) as connection:
        return connection.execute(query).fetchall()


def test_a_mart_by_month_is_a_file_a_month(first: SnapshotManifest, settings: Settings) -> None:
    july, august = first.marts["fct_sales"]
    assert july.key == f"marts/snapshots/{first.snapshot_id}/fct_sales/2025-07.parquet"
    assert (july.month_on, july.rows) == (JULY, 1)
    assert (august.month_on, august.rows) == (AUGUST, 2)
    assert july.content != august.content
    assert rows(settings, "select sum(sold) from fct_sales where sold_on >= '2025-08-01'") == [
        (17,)
    ]


def test_a_month_that_holds_the_same_is_taken_over_by_reference_and_another_is_not(
    first: SnapshotManifest, build: Build, settings: Settings
) -> None:
    second = build("second", AUGUST_RESTATED)
    july, august = second.marts["fct_sales"]
    assert july == first.marts["fct_sales"][0]
    assert august.key.startswith(f"marts/snapshots/{second.snapshot_id}/")
    assert rows(settings, "select sum(sold) from fct_sales") == [(7,)]
    assert rows(settings, "select sum(sold) from fct_sales", first.snapshot_id) == [(24,)]


def test_a_third_snapshot_refers_to_the_first(first: SnapshotManifest, build: Build) -> None:
    build("second", AUGUST_RESTATED)
    third = build("third", f"{AUGUST_RESTATED} union all select date '2025-09-01', 1")
    assert third.marts["fct_sales"][0] == first.marts["fct_sales"][0]


@pytest.mark.parametrize(
    "other",
    [
        f"select *, 'new' as note from ({SALES})",
        f"select sold_on, cast(sold as decimal(18, 2)) as sold from ({SALES})",
        f"select sold_on, sold as pieces from ({SALES})",
        f"select sold, sold_on from ({SALES})",
        f"{SALES} union all {SALES}",
        f"select sold_on, nullif(sold, 8) as sold from ({SALES})",
    ],
    ids=["wider", "another type", "another name", "another order", "rows twice", "a null"],
)
def test_what_differs_in_columns_types_or_rows_is_written_again(
    first: SnapshotManifest, build: Build, other: str
) -> None:
    *_, august = build("second", other, code="other code").marts["fct_sales"]
    assert august.content != first.marts["fct_sales"][1].content
    assert august.key != first.marts["fct_sales"][1].key


def test_the_same_rows_in_another_order_by_other_code_are_taken_over(
    first: SnapshotManifest, build: Build
) -> None:
    second = build("second", f"from ({SALES}) order by sold desc", code="other code")
    assert second.snapshot_id != first.snapshot_id
    assert second.marts["fct_sales"] == first.marts["fct_sales"]


def test_a_month_that_vanished_is_gone(first: SnapshotManifest, build: Build) -> None:
    second = build("second", f"{SALES} where sold_on >= '2025-08-01'")
    assert second.marts["fct_sales"] == (first.marts["fct_sales"][1],)


def test_a_row_without_a_date_is_not_lost_but_refused(build: Build, store: ObjectStore) -> None:
    with pytest.raises(BuildFailed, match=r"fct_sales .* no sold_on"):
        build("first", f"{SALES} union all select null, 1")
    assert current_snapshot_id(store) is None


def test_other_marts_are_a_single_file(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    inputs = warehouse.build("first", {"dim_app": "select 1 as app_id"})
    manifest = publish(inputs, settings, store, print)
    (file,) = manifest.marts["dim_app"]
    assert file.key == f"marts/snapshots/{manifest.snapshot_id}/dim_app.parquet"
    assert (file.rows, file.month_on) == (1, None)


def test_a_mart_by_month_without_rows_reads_as_an_empty_table_of_its_types(
    build: Build, settings: Settings
) -> None:
    build("first", NO_SALES)
    assert rows(settings, "select * from fct_sales") == []
    described = rows(settings, "select column_name, column_type from (describe fct_sales)")
    assert described == [("sold_on", "DATE"), ("sold", "BIGINT")]


def test_views_carry_comments_and_no_secret(
    warehouse: Any, settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    inputs = warehouse.build("first", {"fct_sales": SALES})
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("comment on table marts.fct_sales is 'How much\nwas sold?\n'")
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
    first: SnapshotManifest, build: Build, store: ObjectStore
) -> None:
    """It does not say what its files hold, so none of them is taken over."""
    without_content(store, first.snapshot_id)
    assert read_manifest(store, first.snapshot_id).results is None
    second = build("second")
    assert second.previous == first.snapshot_id
    assert {file.key.split("/")[2] for file in second.marts["fct_sales"]} == {second.snapshot_id}


def test_the_same_inputs_with_equal_results_are_published_once(
    first: SnapshotManifest, build: Build, store: ObjectStore
) -> None:
    assert build("first", f"from ({SALES}) order by sold desc", day=1) == first
    assert len(list(store.folders(keys.SNAPSHOTS))) == 1


@pytest.mark.parametrize("day", [0, 1], ids=["the clock stands still", "a day later"])
def test_the_same_inputs_with_other_results_are_published(
    first: SnapshotManifest, build: Build, settings: Settings, day: int
) -> None:
    """An object was damaged when the first build read it, and was put back since."""
    repaired = build("first", AUGUST_RESTATED, day)
    assert repaired.fingerprint == first.fingerprint
    assert repaired.previous == first.snapshot_id
    assert rows(settings, "select sum(sold) from fct_sales") == [(7,)]
    assert build("first", AUGUST_RESTATED, day) == repaired


def test_a_snapshot_of_an_earlier_release_is_replaced_when_it_is_built_again(
    first: SnapshotManifest, build: Build, store: ObjectStore
) -> None:
    """Nobody can say whether it was right."""
    without_content(store, first.snapshot_id)
    assert build("first", day=1).previous == first.snapshot_id


def test_other_inputs_with_equal_results_are_published_for_they_are_newer(
    first: SnapshotManifest, build: Build
) -> None:
    second = build("second", day=1)
    assert second.snapshot_id != first.snapshot_id
    assert second.results == first.results


def test_what_the_pipeline_says_about_itself_makes_no_new_snapshot(
    warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    def built(runs: int) -> SnapshotManifest:
        marts = {"fct_sales": SALES, "ops_builds": f"select {runs} as runs"}
        return publish(warehouse.build("first", marts), on_day(settings, runs), store, print)

    assert built(1) == built(2)


def test_a_verdict_on_other_results_lets_nothing_pass(
    first: SnapshotManifest, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    """The build ran again and its gate did not, when somebody clears `publish`."""
    before = store.get(keys.mart_gate(first.fingerprint))
    inputs = warehouse.build("first", {"fct_sales": AUGUST_RESTATED})
    store.put(keys.mart_gate(first.fingerprint), before)
    with pytest.raises(MartsRefused, match="were not gated; clear the task `gate`"):
        publish(inputs, settings, store, print)
    assert current_snapshot_id(store) == first.snapshot_id


def test_a_publish_that_lost_its_last_step_with_other_results_does_not_end_in_its_files(
    warehouse: Any, settings: Settings, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands still: the snapshot that was not made current must not become so."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "move_pointer", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(warehouse.build("a", {"fct_sales": SALES}), settings, store, print)
    publish(warehouse.build("a", {"fct_sales": AUGUST_RESTATED}), settings, store, print)
    assert rows(settings, "select sum(sold) from fct_sales") == [(7,)]


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


def test_a_publish_that_ended_before_its_record_is_recorded_by_the_next_attempt(
    build: Build, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers have the snapshot already; without the record `ops_snapshots` would lack it."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "record_outcome", killed)
        with pytest.raises(KeyboardInterrupt):
            build("first")
    published = [build("first", day=day) for day in (0, 1)]
    assert published == [read_manifest(store)] * 2
    recorded = list(store.list(keys.outcomes_of_kind("publish")))
    assert len(recorded) == 1
