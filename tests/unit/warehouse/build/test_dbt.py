"""dbt in a process of its own: what it prints, how it may end, and what it leaves behind."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest
from pydantic import SecretStr

from shortdrama.core.errors import BuildFailed, DbtFailed
from shortdrama.core.settings import DBT_PROJECT, S3Settings, Settings
from shortdrama.health.causes import Run, cause_of
from shortdrama.warehouse.build import dbt as build_dbt
from shortdrama.warehouse.build import dbt_process
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.touched import Plan

pytestmark = pytest.mark.integration

SECRET = "planted-to-be-found"
JULY = Plan(months=frozenset({date(2025, 7, 1)}))
AUGUST = Plan(months=frozenset({date(2025, 8, 1)}))

PROJECT = {
    "dbt_project.yml": """
name: tiny
profile: tiny
macro-paths: [macros]
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": """
tiny:
  target: local
  outputs:
    local: {type: duckdb, path: "{{ env_var('SHORTDRAMA_WAREHOUSE_PATH') }}"}
""",
    "models/told.sql": """
select
    '{{ env_var("SHORTDRAMA_TOUCHED_DAYS") }}' as days,
    '{{ env_var("PLANTED", "nothing") }}' as planted
""",
    "models/kept.sql": """
select * from (values (1, 'a', null), (2, null, null)) as good (id, kind, days)
{% if env_var("SHORTDRAMA_TOUCHED_DAYS").startswith("2025-08") %}
union all
select * from (values (1, 'a', null), (3, 'z', 'no day'), (null, 'b', null)) as bad
{% endif %}
""",
    "models/rows.yml": """
models:
  - name: kept
    data_tests:
      - rules:
          arguments:
            unique: [id, kind]
            not_null: [id]
            accepted_values: {kind: [a, b]}
            relationships: {days: {to: ref('told'), field: days}}
""",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    (tmp_path / "warehouse").mkdir()
    return Settings(s3=S3Settings(access_key_id="key", secret_access_key=SecretStr(SECRET)))


@pytest.fixture(scope="module")
def warm() -> None:
    """dbt is imported, as in the process of a scheduler: a child need not do it again."""


@pytest.fixture
def project(
    warm: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A dbt project of one model, which says what its environment was, and one data test."""
    folder = tmp_path / "project"
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    rules = DBT_PROJECT / "tests" / "generic" / "rules.sql"
    macro = DBT_PROJECT / "macros" / "broken_rule.sql"
    (folder / "macros").mkdir()
    for path in (rules, macro):
        (folder / "macros" / path.name).write_text(path.read_text())
    monkeypatch.setattr(build_dbt, "DBT_PROJECT", folder)
    return folder


Invoke = Callable[[list[str]], None]


@pytest.fixture
def stand_in(
    warm: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Invoke], None]:
    """Gives dbt another inside. The child is forked, so that it has it too."""
    import dbt.cli.main

    def replace(invoke: Invoke) -> None:
        class Runner:
            def __init__(self, **_: Any) -> None: ...

            def invoke(self, arguments: list[str]) -> Any:
                invoke(arguments)
                return dbt.cli.main.dbtRunnerResult(success=True)

        monkeypatch.setattr(dbt.cli.main, "dbtRunner", Runner)

    return replace


def told(settings: Settings) -> tuple[str, str]:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        (row,) = connection.execute("select days, planted from told").fetchall()
    return row


def children() -> list[psutil.Process]:
    """Children of this process that are none of multiprocessing's own helpers."""
    return [
        child
        for child in psutil.Process().children()
        if "resource_tracker" not in " ".join(child.cmdline())
    ]


def test_each_build_has_its_own_environment_and_this_process_keeps_its_own(
    project: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".env").write_text("PLANTED=by a file\nSHORTDRAMA_WAREHOUSE_PATH=elsewhere\n")
    monkeypatch.chdir(project)
    before, stdout, lines = dict(os.environ), sys.stdout, []
    run_dbt(settings, JULY, lines.append, target="local")
    assert told(settings) == ("2025-07-01/2025-08-01", "nothing")
    assert any("PASS=" in line for line in lines)
    with pytest.raises(BuildFailed) as failed:
        run_dbt(settings, AUGUST, lines.append, target="local")
    assert told(settings) == ("2025-08-01/2025-09-01", "nothing")
    for found in (
        "unique: id, kind, times 1, example 1, a",
        "not_null: id, times 1, example null",
        "accepted_values: kind, times 1, example z",
        "relationships: days, times 1, example no day",
    ):
        assert f" found rule {found}\n" in f"{failed.value}\n"
    assert dict(os.environ) == before
    assert sys.stdout is stdout


def test_what_dbt_itself_says_of_a_broken_project_is_in_the_message(
    project: Path, settings: Settings
) -> None:
    (project / "models" / "told.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(BuildFailed, match="depends on a node named 'nowhere'"):
        run_dbt(settings, JULY, print, target="local")


def test_output_of_any_length_and_kind_arrives_in_order(
    stand_in: Callable[[Invoke], None], settings: Settings
) -> None:
    def much(_: list[str]) -> None:
        for number in range(20_000):
            print(f"line {number}")
        os.write(2, b"not \xff text\n")
        os.write(1, b"no end")

    stand_in(much)
    lines: list[str] = []
    run_dbt(settings, JULY, lines.append)
    assert lines == [*(f"line {number}" for number in range(20_000)), "not � text", "no end"]


def end_by(number: int) -> Invoke:
    return lambda _: os.kill(os.getpid(), number)


def raise_error(_: list[str]) -> None:
    raise RuntimeError("a fault of dbt's own")


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (end_by(signal.SIGSEGV), "ended by SIGSEGV"),
        (end_by(signal.SIGKILL), "ended by SIGKILL"),
        (end_by(signal.SIGTERM), "ended by SIGTERM"),
        (lambda _: os._exit(3), "ended with 3"),
        (raise_error, "a fault of dbt's own"),
    ],
)
def test_a_crash_of_dbt_is_a_failed_build_and_nothing_more(
    stand_in: Callable[[Invoke], None], settings: Settings, end: Invoke, message: str
) -> None:
    stand_in(end)
    with pytest.raises(BuildFailed, match=message) as failed:
        run_dbt(settings, JULY, print)
    assert children() == []
    cause = cause_of(failed.value, Run("market_marts", "build"), "here")
    was_killed = "ended by SIG" in message
    assert cause.key == ("task_killed/market_marts.build" if was_killed else "dbt_error")


@pytest.mark.parametrize("left", ['{"results": [', "{}", '{"results": [{"status": "fail"}]}'])
def test_results_that_a_full_disk_has_cut_off_do_not_hide_why_dbt_failed(
    stand_in: Callable[[Invoke], None], settings: Settings, left: str
) -> None:
    def full(_: list[str]) -> None:
        build_dbt.dbt_target().mkdir(parents=True, exist_ok=True)
        (build_dbt.dbt_target() / "run_results.json").write_text(left)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    stand_in(full)
    with pytest.raises(DbtFailed, match="No space left on device"):
        run_dbt(settings, JULY, print)


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
def test_dbt_is_ended_when_the_task_is(
    stand_in: Callable[[Invoke], None], settings: Settings, error: type[BaseException]
) -> None:
    def go_on(_: list[str]) -> None:
        print("begun")
        time.sleep(600)

    def ended(_: str) -> None:
        raise error

    stand_in(go_on)
    with pytest.raises(error):
        run_dbt(settings, JULY, ended)
    assert children() == []


KILLED = """
import io, os, sys
import dbt.cli.main
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.warehouse.build import dbt as build
from shortdrama.warehouse.build.touched import Plan

class Runner:
    def __init__(self, **_): ...
    def invoke(self, _):
        import duckdb
        held = duckdb.connect(os.environ["SHORTDRAMA_WAREHOUSE_PATH"])
        print(os.getpid())
        # DuckDB at work, in a statement without end.
        held.execute("select count(*) from range(1000000000000) where hash(range) = 7")

dbt.cli.main.dbtRunner = Runner
# As in a task of Airflow: the stream owns its descriptor.
sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb"), line_buffering=True)
s3 = S3Settings(access_key_id="key", secret_access_key="secret")
build.run_dbt(Settings(s3=s3), Plan(), print)
"""


def test_a_killed_build_leaves_no_dbt_and_a_warehouse_that_opens(settings: Settings) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True
    ) as task:
        assert task.stdout is not None
        process = psutil.Process(int(task.stdout.readline()))
        task.kill()
    psutil.wait_procs([process], timeout=60)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    duckdb.connect(str(settings.warehouse_path)).close()


def test_secrets_are_masked_in_what_dbt_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dbt_common.events.types import Note

    monkeypatch.setenv("DBT_ENV_SECRET_S3_SECRET", SECRET)
    for level in ("error", "debug"):
        event = Note(msg=f"the key is {SECRET}")
        dbt_process._print(_Message(level, event.message()))
    said = capsys.readouterr().out
    assert said.count("the key is *****") == 1
    assert SECRET not in said


class _Message:
    """As dbt hands an event to a callback."""

    def __init__(self, level: str, msg: str) -> None:
        self.info = self
        self.level = level
        self.msg = msg
