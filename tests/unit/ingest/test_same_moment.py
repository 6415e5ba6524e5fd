"""Two files of one edition that are gated at the very same moment are ordered all the same."""

from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from hazards import base, edited, saved
from shortdrama.core.errors import LoadRefused
from shortdrama.core.settings import Settings
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.gates import load_gate
from shortdrama.gates.results import GateResult
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake.landing import Pull, read_pull
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.inbox import due_files


def ninefold(book: openpyxl.Workbook) -> None:
    """Japan, nine times as large: a correction that the gate refuses."""
    for row in book["Revenue"]["F12:I12"]:
        for cell in row:
            cell.value *= 9


@pytest.fixture
def two_files(store: ObjectStore, settings: Settings) -> list[Pull]:
    """An edition and its correction, a minute later, both up to the gate."""
    store.put("inbox/omdia/october.xlsx", saved(base()))
    first = due_files(store, "omdia", settings.clock)
    store.put("inbox/omdia/october_v2.xlsx", edited(ninefold))
    second = due_files(store, "omdia", settings.clock)[1:]
    pulls = [read_pull(store, pull(request, settings, store)) for request in (*first, *second)]
    assert pulls[0].said_at < pulls[1].said_at
    for one in pulls:
        conform_or_quarantine(one, settings, store)
    return pulls


def test_the_second_to_commit_is_judged_beside_the_first(
    two_files: list[Pull],
    store: ObjectStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = two_files
    gate: Callable[..., GateResult] = load_gate.audit_load
    judged: list[tuple[str, int]] = []

    def gate_while_the_other_commits(*args: Any) -> GateResult:
        load_id, accepted = args[2], args[5]
        result = gate(*args)
        judged.append((load_id, len(accepted)))
        if len(judged) == 1:  # the second file's gate has looked, and has not committed
            admit(first, settings, store)
        return result

    monkeypatch.setattr(load_gate, "audit_load", gate_while_the_other_commits)
    with pytest.raises(LoadRefused, match="factor"):
        admit(second, settings, store)
    assert judged == [(second.load_id, 0), (first.load_id, 0), (second.load_id, 1)]
    records = LoadLedger(store, FORECASTS.id).newest()
    assert {one.load_id: one.status for one in records} == {
        first.load_id: "accepted",
        second.load_id: "quarantined",
    }
    assert not [key for key in store.list("raw/omdia") if second.load_id in key]
