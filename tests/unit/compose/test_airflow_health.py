"""The health check that runs inside Airflow's containers."""

import importlib.util
import io
import json
from types import ModuleType

import pytest

from shortdrama.core.settings import REPOSITORY


@pytest.fixture
def check() -> ModuleType:
    path = REPOSITORY / "docker" / "airflow_health.py"
    spec = importlib.util.spec_from_file_location("airflow_health", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("status", "code"), [("healthy", 0), ("unhealthy", 1), (None, 1)])
def test_the_exit_code_is_the_components_own_health(
    check: ModuleType, monkeypatch: pytest.MonkeyPatch, status: str | None, code: int
) -> None:
    answer = {"scheduler": {"status": status}, "metadatabase": {"status": "healthy"}}

    def urlopen(_url: str, timeout: float) -> io.BytesIO:
        assert timeout > 0, "without one a hung server would hang the check"
        return io.BytesIO(json.dumps(answer).encode())

    monkeypatch.setattr(check.urllib.request, "urlopen", urlopen)
    assert check.main("scheduler") == code
