"""When the DAG market_marts has nothing to do: it skips, says why, and is not red."""

import importlib.util
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from shortdrama.core.clock import Clock
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import code_digest
from shortdrama.warehouse.publish.hold import rollback
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.iceberg import read_tables
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, current_snapshot_id

Publish = Callable[..., SnapshotManifest]


@pytest.fixture(scope="module")
def dag() -> Any:
    spec = importlib.util.spec_from_file_location(
        "market_marts_dag", REPOSITORY / "dags" / "market_marts.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.market_marts()


@pytest.fixture
def held(publish_build: Publish, store: ObjectStore, clock_on: Callable[[int], Clock]) -> str:
    """The id of the snapshot that a rollback holds."""
    publish_build("good", day=-1)
    publish_build("bad")
    pointer = rollback(store, clock_on(0), None, by="ana", because="revenue is in cents")
    return pointer.snapshot_id


@pytest.mark.usefixtures("environment", "held")
def test_a_held_lake_is_not_built(dag: Any) -> None:
    with pytest.raises(AirflowSkipException, match=r"held by ana since .*: revenue is in cents"):
        dag.get_task("build").python_callable()


@pytest.mark.usefixtures("environment")
def test_a_build_that_a_rollback_overtakes_is_not_published(
    dag: Any, warehouse: Any, settings: Settings, store: ObjectStore, held: str
) -> None:
    inputs = warehouse.build("newer", {"dim_app": "select 1 as app_id"})
    with pytest.raises(AirflowSkipException, match="held by ana"):
        dag.get_task("publish").python_callable(inputs.fingerprint)
    assert current_snapshot_id(store) == held


@pytest.mark.usefixtures("environment")
def test_the_current_snapshot_gets_what_engines_need_also_if_nothing_is_published(
    dag: Any, publish_build: Publish, store: ObjectStore
) -> None:
    iceberg = dag.get_task("iceberg")
    with pytest.raises(AirflowSkipException, match="nothing is published"):
        iceberg.python_callable()
    manifest = publish_build("a")
    iceberg.python_callable()
    assert set(read_tables(store, manifest.snapshot_id).tables) == {"dim_app"}
    assert iceberg.trigger_rule == "none_failed"


@pytest.mark.usefixtures("environment")
def test_nothing_is_built_while_the_loads_of_a_backfill_come_in(
    dag: Any,
    warehouse: Any,
    settings: Settings,
    store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = warehouse.build("daily", {"dim_app": "select 1 as app_id"}, code=code_digest())
    (daily,) = inputs.accepted[ESTIMATES.id]
    ledger = LoadLedger(store, ESTIMATES.id)
    ledger.append(daily)
    publish(inputs, settings, store, print)
    build = dag.get_task("build").python_callable
    parameters = {"params": {"force": False, "full_refresh": False}}
    found = inspect.unwrap(build).__globals__
    monkeypatch.setitem(found, "get_current_context", lambda: parameters)
    staged = {"status": "staged", "backfill": "appfigures.estimates-1"}
    for number in range(3):
        ledger.append(daily.model_copy(update={**staged, "load_id": f"window-{number}"}))
        with pytest.raises(AirflowSkipException, match="has all accepted loads"):
            build()
    ledger.settle("appfigures.estimates-1", "accepted", settings.clock.now())
    built = []
    monkeypatch.setattr("shortdrama.warehouse.build.build.build", lambda *a, **_: built.append(a))
    assert build() != inputs.fingerprint
    assert len(built) == 1
