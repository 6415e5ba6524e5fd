"""The pool that guards a quota is made once, and keeps the slots that somebody gave it."""

from typing import Any

import pytest

from shortdrama_local.embedded.airflow_api import AirflowApi


@pytest.mark.parametrize(
    ("there", "made"),
    [
        (["default_pool"], [("POST", "pools", {"name": "appfigures", "slots": 1})]),
        (["default_pool", "appfigures"], []),
    ],
)
def test_a_pool_is_made_unless_it_is_there(monkeypatch, there, made) -> None:
    calls: list[Any] = []

    def call(_: AirflowApi, method: str, path: str, **options: Any) -> Any:
        if method == "GET":
            return {"pools": [{"name": name, "slots": 128} for name in there]}
        calls.append((method, path, options["json"]))
        return {}

    monkeypatch.setattr(AirflowApi, "_call", call)
    AirflowApi.__new__(AirflowApi).ensure_pool("appfigures", slots=1)
    assert calls == made
