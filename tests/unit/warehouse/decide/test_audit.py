"""A build is gated against the snapshot that lies in the lake."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.core.errors import MartsRefused
from shortdrama.core.settings import Settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates import mart_gate
from shortdrama.gates.published import COMPARED
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.warehouse_file import open_or_start_over
from shortdrama.warehouse.decide.audit import audit, published
from shortdrama.warehouse.publish.publish import publish

MARTS = (Path(__file__).parents[3] / "fixtures" / "gated_marts.sql").read_text("utf-8")
NAMES = (*COMPARED, "fct_app_estimates_daily")


@pytest.fixture
def first(
    warehouse: Any, settings: Settings, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> BuildInputs:
    """A build that passed its gate and is published."""
    monkeypatch.setattr(mart_gate, "gated_marts", lambda: ["dim_app"])
    monkeypatch.setattr(mart_gate, "joint_suites", list)
    open_or_start_over(settings.warehouse_path, print)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(MARTS)
    inputs: BuildInputs = warehouse.build("first", {name: f"from marts.{name}" for name in NAMES})
    audit(inputs, settings, store, print)
    publish(inputs, settings, store, print)
    return inputs


def test_what_is_published_is_what_the_next_build_is_held_against(
    first: BuildInputs, warehouse: Any, settings: Settings, store: ObjectStore
) -> None:
    again = {name: f"from marts.{name}" for name in NAMES}
    assert not audit(warehouse.build("second", again), settings, store, print).refused
    doubled = again | {
        "rpt_market_size_monthly": "select * replace (2 * downloads as downloads)"
        " from marts.rpt_market_size_monthly"
    }
    with pytest.raises(MartsRefused, match="settled_world_factor"):
        audit(warehouse.build("third", doubled), settings, store, print)


def test_loads_that_no_longer_count_are_told_with_the_snapshot(
    first: BuildInputs, store: ObjectStore
) -> None:
    (record,) = first.accepted[ESTIMATES.id]
    LoadLedger(store, ESTIMATES.id).append(record)
    against = published(first, store)
    assert against is not None
    assert against.withdrawn == ()
    assert against.rows["rpt_market_size_monthly"] == 18
    without = first.model_copy(update={"accepted": {**first.accepted, ESTIMATES.id: ()}})
    revoked = published(without, store)
    assert revoked is not None
    assert [load.load_id for load in revoked.withdrawn] == ["first"]


def test_before_anything_is_published_there_is_nothing_to_be_held_against(
    warehouse: Any, store: ObjectStore
) -> None:
    assert published(warehouse.build("first", {"dim_app": "select 1 as app_id"}), store) is None
