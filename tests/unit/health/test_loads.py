"""Loads that no build reads any more are looked at all the same, and cheaply."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from markets.lake import accept
from markets.small import DAILY, LISTED, SEPTEMBER, estimates, products
from shortdrama.core import settings as config
from shortdrama.core.errors import LoadsDamaged
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.health.doctor import examine
from shortdrama.health.loads import accepted_loads
from shortdrama.ingest.decisions import accept_load, revoke_load
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore


@pytest.fixture
def loads(store: ObjectStore, tmp_path: Path) -> list[LoadRecord]:
    return [
        accept(load, store, tmp_path)
        for load in (
            products("products", "2025-10-01T00:00:00", LISTED),
            estimates("first", "2025-10-01T00:00:00", SEPTEMBER, DAILY),
            estimates("second", "2025-10-02T00:00:00", SEPTEMBER, DAILY),
        )
    ]


def test_all_accepted_loads_are_found_as_they_were_accepted_without_reading_one(
    loads: list[LoadRecord], store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(ObjectStore, "digest")
    compared = accepted_loads(store)
    assert compared.damaged == ()
    assert sorted(compared.etags) == ["first", "products", "second"]


def test_every_damaged_load_is_named_by_the_nightly_task_at_once(
    loads: list[LoadRecord], store: ObjectStore
) -> None:
    store.delete(loads[0].key)
    store.copy(loads[2].key, loads[1].key)
    with pytest.raises(LoadsDamaged) as damaged:
        accepted_loads(store).refuse_damaged()
    assert f"load products: {loads[0].key} is gone" in str(damaged.value)
    assert f"load first: {loads[1].key} holds load second instead" in str(damaged.value)
    assert "load second:" not in str(damaged.value)


def test_a_load_that_was_revoked_may_be_damaged(
    loads: list[LoadRecord], store: ObjectStore, settings: Settings
) -> None:
    store.delete(loads[1].key)
    revoke_load("first", "its object is lost", "ada", settings, store)
    accepted_loads(store).refuse_damaged()


def test_a_load_that_a_person_let_in_is_read_because_no_gate_noted_it(
    loads: list[LoadRecord], store: ObjectStore, settings: Settings
) -> None:
    """Its object was copied from quarantine, where it may have been damaged."""
    ledger = LoadLedger(store, ESTIMATES.id)
    quarantined = loads[2].model_copy(
        update={
            "load_id": "odd",
            "status": "quarantined",
            "etag": None,
            "key": keys.quarantined(ESTIMATES.id, "odd"),
        }
    )
    store.put(quarantined.key, store.get(loads[2].key) + b"damaged in quarantine")
    ledger.append(quarantined)
    accept_load("odd", "it is right", "ada", settings, store)
    with pytest.raises(LoadsDamaged, match=r"load odd: .* has other bytes"):
        accepted_loads(store).refuse_damaged()


def test_an_empty_lake_is_well(store: ObjectStore) -> None:
    assert accepted_loads(store).damaged == ()


def test_the_doctor_names_load_and_object(
    loads: list[LoadRecord], store: ObjectStore, settings: Settings
) -> None:
    def look() -> Any:
        return next(check for check in examine(settings) if check.name == "accepted loads")

    assert look().detail == "3 are in the lake as they were accepted"
    store.delete(loads[1].key)
    assert not look().ok
    assert f"load first: {loads[1].key} is gone" in look().detail
    assert "revoke and replay" in look().detail


def test_the_nightly_task_fails_at_once_with_all_names(
    loads: list[LoadRecord], store: ObjectStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location(
        "housekeeping_dag", REPOSITORY / "dags" / "housekeeping.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check = module.housekeeping().get_task("check_loads").python_callable
    monkeypatch.setattr(config, "settings", lambda: settings)
    assert check() == "3 accepted loads are in the lake as they were accepted"
    for record in loads:
        store.delete(record.key)
    with pytest.raises(AirflowFailException) as failed:
        check()
    assert all(record.key in str(failed.value) for record in loads)
