"""The people of Airflow, and how its API server learns of them."""

import importlib.util
import json
import os
import stat
from pathlib import Path
from types import ModuleType

import pytest

from compose_stack import SERVICES
from shortdrama.core.settings import REPOSITORY


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = REPOSITORY / "docker" / "api_server.py"
    spec = importlib.util.spec_from_file_location("api_server", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "api_server", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SECRETS", tmp_path)
    for name in module.OWN:
        (tmp_path / f"airflow_{name}_password").write_text(f"of {name}\n")
    return module


def start(server: ModuleType, monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[str, Path]:
    """The users that Airflow gets, and the file of their passwords."""
    (server.SECRETS / "airflow_users").write_text(text)
    passwords = server.SECRETS / "passwords.json"
    started: list[list[str]] = []
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", str(passwords))
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "")
    monkeypatch.setattr(server.os, "execvp", lambda _, command: started.append(command))
    server.main()
    assert started == [["airflow", "api-server"]]
    return os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"], passwords


def test_each_person_has_a_name_a_role_and_any_password(
    server: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty = """a:b$c"'\\ %短剧 """
    text = f"# our people\nadmin:admin:{nasty}\n\nmei.lin@example.org:op:long enough\r\n"
    users, passwords = start(server, monkeypatch, text)
    assert users == "admin:admin,mei.lin@example.org:op,pipeline:user,watch:viewer"
    assert json.loads(passwords.read_text()) == {
        "admin": nasty,
        "mei.lin@example.org": "long enough",
        "pipeline": "of pipeline",
        "watch": "of watch",
    }
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mei", "role"),
        ("mei:boss:long enough", "role"),
        ("mei:op:short", "8 characters"),
        ("me,i:op:long enough", "letters"),
        (":op:long enough", "letters"),
        ("admin:op:long enough", "twice"),
        ("watch:admin:long enough", "user of the stack"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_not_repeated(
    server: ModuleType, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        start(server, monkeypatch, f"admin:admin:the first one\n{line}\n")
    assert "secrets/airflow_users" in str(refused.value)
    assert "line 2" in str(refused.value)
    assert said in str(refused.value)
    assert "long enough" not in str(refused.value)


def test_people_and_the_stack_use_the_names_that_the_server_knows(server: ModuleType) -> None:
    for service in ("scheduler", "watch"):
        assert SERVICES[service]["environment"]["SHORTDRAMA_AIRFLOW__USERNAME"] in server.OWN
