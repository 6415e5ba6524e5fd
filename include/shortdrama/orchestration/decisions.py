"""Carries out the form of the DAG `gate_decision`."""

from collections.abc import Mapping
from typing import Any

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import Settings
from shortdrama.ingest.decisions import accept_load, revoke_load
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.decide.overrides import accept_marts

DECISIONS = {"accept_load": accept_load, "revoke_load": revoke_load, "accept_marts": accept_marts}


def decided(
    form: Mapping[str, Any], user: str | None, settings: Settings, store: ObjectStore
) -> str:
    """Decide as the form says, in the name of the user who triggered the run; one line about it.

    If it raises DecisionRefused or UnknownLoad, nothing was changed.
    """
    if not user:
        raise DecisionRefused(
            "this run does not name the user who triggered it, but a decision needs a name: trigger"
            " gate_decision in the UI, or use `shortdrama gate accept` or `shortdrama load revoke`"
        )
    decision, subject, because = form["decision"], form["subject"].strip(), form["because"]
    decide: Any = DECISIONS[decision]
    decide(subject, because, user, settings, store)
    return f"{decision} {subject}, by {user}: {because}"
