"""The health check that runs inside Airflow's containers."""

import importlib.util
import io
import json
from collections.abc import Mapping
from types import ModuleType
from urllib.error import HTTPError, URLError

import pytest

from shortdrama.core.settings import REPOSITORY

HEALTHY = {"status": "healthy"}


@pytest.fixture
def check() -> ModuleType:
    path = REPOSITORY / "docker" / "airflow_health.py"
    spec = importlib.util.spec_from_file_location("airflow_health", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def answers(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the API server answers by address; the keys that were asked stay in `asked`."""
    given: dict[str, object] = {"asked": [], check.TASKS: {"ok": []}}

    def urlopen(url: str, timeout: float) -> io.BytesIO:
        assert timeout > 0, "without one a hung server would hang the check"
        asked = given["asked"]
        assert isinstance(asked, list)
        asked.append(url)
        answer = given[url]
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    monkeypatch.setattr(check.urllib.request, "urlopen", urlopen)
    return given


def error(code: int) -> HTTPError:
    return HTTPError("http://api-server", code, "", None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "code"), [("healthy", 0), ("unhealthy", 1), (None, 1)])
def test_the_exit_code_is_the_components_own_health(
    check: ModuleType, answers: dict[str, object], status: str | None, code: int
) -> None:
    answers[check.HEALTH] = {"scheduler": {"status": status}, "metadatabase": HEALTHY}
    assert check.main("scheduler") == code


def test_the_api_server_is_healthy_only_when_it_answers_tasks_too(
    check: ModuleType, answers: dict[str, object]
) -> None:
    answers[check.HEALTH] = {"metadatabase": HEALTHY}
    assert check.main("metadatabase") == 0
    assert answers["asked"] == [check.HEALTH, check.TASKS]
    answers[check.TASKS] = error(500)
    assert check.main("metadatabase") == 1


def test_no_other_component_makes_the_api_server_work_for_tasks(
    check: ModuleType, answers: dict[str, object]
) -> None:
    answers[check.HEALTH] = {"triggerer": HEALTHY, "metadatabase": HEALTHY}
    assert check.main("triggerer") == 0
    assert answers["asked"] == [check.HEALTH]


@pytest.mark.parametrize(
    "away", [URLError("refused"), TimeoutError("slow"), error(502), b"<html>", b""]
)
def test_while_the_api_server_is_away_only_it_counts_as_the_cause(
    check: ModuleType, answers: dict[str, object], away: object
) -> None:
    answers[check.HEALTH] = away
    assert check.main("scheduler") == check.OTHERS
    assert check.main("metadatabase") == 1


@pytest.mark.parametrize("database", [{"status": "unhealthy"}, {}, None])
def test_without_the_database_nobody_is_restarted(
    check: ModuleType, answers: dict[str, object], database: Mapping[str, str] | None
) -> None:
    answers[check.HEALTH] = {"metadatabase": database, "scheduler": {"status": None}}
    assert check.main("scheduler") == check.OTHERS
    assert check.main("metadatabase") == check.OTHERS
