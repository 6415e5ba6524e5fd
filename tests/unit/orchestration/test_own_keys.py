"""A task of a scheduled DAG has the keys of its work, in its own process only."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from shortdrama.core import settings as core
from shortdrama.core.settings import settings
from shortdrama.orchestration.alerts import UNATTENDED
from shortdrama.orchestration.own_keys import use_own_keys


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    monkeypatch.setattr(core, "_own", None)
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    for name, value in (
        ("", "everybody"),
        ("INGEST__", "ingest"),
        ("TRANSFORM__", "transform"),
        ("REPORTS__", "reports"),
    ):
        monkeypatch.setenv(f"SHORTDRAMA_S3__{name}ACCESS_KEY_ID", value)
        monkeypatch.setenv(f"SHORTDRAMA_S3__{name}SECRET_ACCESS_KEY", f"secret of {value}")
    settings.cache_clear()
    yield
    settings.cache_clear()


def begin(dag_id: str) -> None:
    settings()  # something has read them before
    use_own_keys({"ti": SimpleNamespace(dag_id=dag_id)})  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("dag_id", "expected"),
    [
        ("ingest_appfigures", "ingest"),
        ("ingest_omdia", "ingest"),
        ("market_marts", "transform"),
        ("market_reports", "reports"),
        ("backfill", "everybody"),
        ("backfill_decision", "everybody"),
        ("gate_decision", "everybody"),
        ("housekeeping", "everybody"),
    ],
)
def test_a_task_has_the_keys_of_its_dags_work(dag_id: str, expected: str) -> None:
    begin(dag_id)
    secret = settings().s3.secret_access_key
    assert settings().s3.access_key_id == expected
    assert secret is not None
    assert secret.get_secret_value() == f"secret of {expected}"


def test_where_a_work_has_no_keys_everybodys_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"SHORTDRAMA_S3__REPORTS__{part}")
    settings.cache_clear()
    begin("market_reports")
    assert settings().s3.access_key_id == "everybody"


def test_every_scheduled_task_takes_its_keys_first() -> None:
    assert UNATTENDED["default_args"]["on_execute_callback"] is use_own_keys
