"""The pool that guards a quota is made once, and keeps the slots that somebody gave it."""

from typing import Any

import pytest

from shortdrama.core.errors import AirflowAway
from shortdrama_local.embedded.airflow_api import AirflowApi
from shortdrama_local.embedded.machine import this_machine

NUMBERS = (
    "deferred_slots", "occupied_slots", "open_slots", "queued_slots", "running_slots",
    "scheduled_slots",
)  # fmt: skip


def pool(name: str) -> dict[str, Any]:
    return {"name": name, "slots": 128, "include_deferred": False} | dict.fromkeys(NUMBERS, 0)


@pytest.mark.parametrize(
    ("there", "made"),
    [
        (["default_pool"], [("POST pools", {"name": "appfigures", "slots": 1})]),
        (["default_pool", "appfigures"], []),
    ],
)
def test_a_pool_is_made_unless_it_is_there(
    airflow: Any, tmp_path, monkeypatch, there, made
) -> None:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    machine = this_machine()
    airflow.password = machine.airflow_password
    airflow.answers["pools"] = {"pools": [pool(name) for name in there], "total_entries": 2}
    airflow.answers["POST pools"] = pool("appfigures")
    # Not the home's own port: nothing of this home runs, and the proof would say so.
    monkeypatch.setattr(type(machine), "airflow_url", airflow.url)
    AirflowApi(machine).ensure_pool("appfigures", slots=1)
    assert [
        (path, {"name": body["name"], "slots": body["slots"]}) for path, body in airflow.sent
    ] == made


def test_the_password_is_only_sent_to_the_homes_own_airflow(
    airflow: Any, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    machine = this_machine()
    machine.ports["airflow"] = int(airflow.url.rpartition(":")[2])
    machine.save()
    with pytest.raises(AirflowAway, match="which is not of this home"):
        AirflowApi(machine)
    assert not airflow.logins
