"""The one signal at the end of a run that has loaded something."""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest

from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.orchestration import loads
from shortdrama.orchestration.assets import ACCEPTED_LOADS, DATASET_ASSETS

LEDGER = {
    "p1": (PRODUCTS.id, "accepted"),
    "e1": (ESTIMATES.id, "accepted"),
    "e2": (ESTIMATES.id, "accepted"),
    "r1": (RANKS.id, "quarantined"),
    "b1": (ESTIMATES.id, "staged"),
}


class Events:
    """Stands for Airflow's events of an outlet."""

    def __init__(self) -> None:
        self.added: list[Any] = []

    def add(self, asset: Any) -> None:
        self.added.append(asset)


@pytest.fixture(autouse=True)
def ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    def history(load_id: str, store: Any) -> list[Any]:
        dataset, status = LEDGER[load_id]
        return [SimpleNamespace(dataset=dataset, status=status)]

    monkeypatch.setattr("shortdrama.ingest.history.load_history", history)
    monkeypatch.setattr("shortdrama.lake.store.ObjectStore.of", lambda _: None)


@pytest.mark.parametrize(
    ("gated", "datasets"),
    [
        (("p1", ["e1", "e2"]), [ESTIMATES, PRODUCTS]),
        # Airflow passes a mapped task that ran once as one value, and none where all failed.
        (("p1", "e1"), [ESTIMATES, PRODUCTS]),
        ((None, iter(["e1"])), [ESTIMATES]),
        (("r1", []), []),
        ((None, None), []),
        (("b1",), []),
    ],
)
def test_each_dataset_with_accepted_loads_is_signalled_once(
    gated: tuple[Any, ...], datasets: list[Any]
) -> None:
    events: dict[Any, Events] = defaultdict(Events)
    said = loads.announce.function(*gated, outlet_events=events)
    assert said == [dataset.id for dataset in datasets]
    assert events[ACCEPTED_LOADS].added == [DATASET_ASSETS[name] for name in said]
