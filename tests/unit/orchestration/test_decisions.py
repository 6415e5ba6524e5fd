"""The form of the DAG gate_decision."""

from types import SimpleNamespace
from typing import Any

import pytest

from shortdrama.core.errors import DecisionRefused
from shortdrama.orchestration import decisions


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was decided, by name."""
    calls: list[tuple[Any, ...]] = []
    for name in decisions.DECISIONS:
        monkeypatch.setitem(
            decisions.DECISIONS, name, lambda *given, name=name: calls.append((name, *given[:3]))
        )
    return calls


@pytest.mark.parametrize("decision", ["accept_load", "accept_marts", "revoke_load"])
def test_a_form_is_carried_out_in_the_name_of_who_triggered_it(asked, decision) -> None:
    form = {"decision": decision, "subject": " L1 ", "because": "it is right"}
    said = decisions.decided(form, "ada", SimpleNamespace(), SimpleNamespace())
    assert asked == [(decision, "L1", "it is right", "ada")]
    assert said == f"{decision} L1, by ada: it is right"


def test_nobody_decides_nothing(asked) -> None:
    form = {"decision": "accept_load", "subject": "L1", "because": "it is right"}
    with pytest.raises(DecisionRefused, match="does not name the user"):
        decisions.decided(form, None, SimpleNamespace(), SimpleNamespace())
    assert asked == []
