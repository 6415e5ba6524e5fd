"""How a build runs dbt: in a process and an environment of its own; and dbt's artefacts."""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from shortdrama.core.errors import DbtFailed, DbtKilled
from shortdrama.core.settings import DBT_PROJECT, S3Settings, Settings, home
from shortdrama.lake import duck
from shortdrama.lake.credentials import credentials
from shortdrama.warehouse.build import dbt_process
from shortdrama.warehouse.build.dbt_errors import errors_of
from shortdrama.warehouse.build.touched import Plan

FORK = multiprocessing.get_context("fork")
"""The child does not import again what this process has: a scheduler's tasks have dbt already."""

_FOLDER: ContextVar[str] = ContextVar("folder of dbt's artefacts", default="warehouse")

SHOWN_ROWS = 5
"""Rows shown for each failed data test."""


def run_dbt(
    settings: Settings,
    plan: Plan,
    say: Callable[[str], None],
    target: str = "lake",
    only: str | None = None,
) -> None:
    """Build and test all models; `target` is a target of profiles.yml. Raises DbtFailed.

    With `only`, a selection of dbt's, these models are built and nothing is tested.

    dbt runs in a process of its own, which ends with this one. Whatever dbt does to its environment
    or memory, and however it ends, this process is not affected.
    """
    arguments = [
        *build_arguments(plan, target),
        # Lines are printed by `dbt_process`.
        "--log-level", "none",
        *(["--select", only, "--exclude-resource-type", "test"] if only else []),
    ]  # fmt: skip
    _run_results().unlink(missing_ok=True)
    environment = dbt_environment(settings) | build_environment(plan, settings.clock.now())
    lines: list[str] = []

    def take(line: str) -> None:
        lines.append(line)
        say(line)

    ended = _run_apart(arguments, environment, take)
    if ended != 0:
        how = f"was ended by {signal.Signals(-ended).name}" if ended < 0 else f"ended with {ended}"
        ended_early = [] if ended == 1 else [f"dbt's process {how}"]
        rows: list[str] = []
        # dbt's own errors say enough: on a full disk, what it leaves is cut off.
        with suppress(ValueError, LookupError, OSError, duckdb.Error):
            rows.extend(_failing_rows(settings))
        errors = [*ended_early, *errors_of(lines), *rows]
        kind = DbtKilled if ended < 0 else DbtFailed
        raise kind("\n".join([*errors, "The published snapshot stays."]))


def build_arguments(plan: Plan, target: str) -> list[str]:
    """Arguments of dbt for a build of all models, on whatever engine."""
    return [
        "build",
        "--project-dir", str(DBT_PROJECT),
        "--target", target,
        "--target-path", str(dbt_target()),
        "--no-use-colors",
        # They test the models' logic, not this lake's rows: `make test` runs them.
        "--exclude-resource-type", "unit_test",
        # If seeds change, that is a code change and a full refresh; they are tested anyway.
        *(["--full-refresh"] if plan.is_full_refresh else ["--exclude-resource-type", "seed"]),
    ]  # fmt: skip


def _run_apart(
    arguments: list[str], environment: dict[str, str], take: Callable[[str], None]
) -> int:
    """Run dbt in a child and read its output line by line; its exit code, or minus the signal."""
    readable, writable = os.pipe()
    with os.fdopen(readable, encoding="utf-8", errors="replace") as output:
        child = FORK.Process(target=dbt_process.run, args=(arguments, environment, writable))
        try:
            child.start()
        finally:
            os.close(writable)
        try:
            for line in output:
                take(line.rstrip())
        except BaseException:
            # The task is being stopped, or nobody reads the output any more: stop dbt too.
            child.kill()
            raise
        finally:
            child.join()
    return child.exitcode or 0


def _failing_rows(settings: Settings) -> Iterator[str]:
    """What the data tests of the last run found, a line per row."""
    if not _run_results().exists():
        return
    results = json.loads(_run_results().read_text(encoding="utf-8"))["results"]
    with duck.connect(settings.s3, settings.warehouse_path) as warehouse:
        for result in results:
            if result["status"] == "fail":
                found = warehouse.execute(result["compiled_code"])
                columns = [column for column, *_ in found.description]
                for row in found.fetchmany(SHOWN_ROWS):
                    shown = ", ".join(f"{c} {v}" for c, v in zip(columns, row, strict=True))
                    yield f"{result['unique_id'].split('.')[2]} found {shown}"


def build_environment(plan: Plan, built_at: datetime) -> dict[str, str]:
    """What differs between builds; `macros/` of the dbt project reads it."""
    spans = " ".join(f"{start}/{end}" for start, end in plan.spans)
    return {
        "SHORTDRAMA_BUILT_AT": f"{built_at:%Y-%m-%dT%H:%M:%S}",
        "SHORTDRAMA_TOUCHED_DAYS": "all" if plan.is_full_refresh else spans,
    }


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What `profiles.yml` reads: where the warehouse is, and how the lake is reached."""
    return {
        # Every statement with its time, to find faults; it costs a second per build.
        "DBT_LOG_LEVEL_FILE": "none",
        **os.environ,
        # dbt would take variables from a `.env` of the working folder: the team's stack has one.
        "PYTHON_DOTENV_DISABLED": "1",
        "DBT_LOG_PATH": str(home() / "logs"),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "SHORTDRAMA_WAREHOUSE_PATH": str(settings.warehouse_path),
        **_s3_environment(settings.s3),
    }


def _s3_environment(s3: S3Settings) -> dict[str, str]:
    endpoint = urlsplit(s3.endpoint_url or f"https://s3.{s3.region}.amazonaws.com")
    keys = credentials(s3)
    return {
        "SHORTDRAMA_S3_ENDPOINT": endpoint.netloc,
        "SHORTDRAMA_S3_USE_SSL": str(endpoint.scheme == "https").lower(),
        "SHORTDRAMA_S3_REGION": s3.region,
        # dbt masks values of variables with this prefix in everything that it logs.
        "DBT_ENV_SECRET_S3_KEY_ID": keys.key_id,
        "DBT_ENV_SECRET_S3_SECRET": keys.secret,
        "DBT_ENV_SECRET_S3_SESSION_TOKEN": keys.session_token,
    }


def _run_results() -> Path:
    return dbt_target() / "run_results.json"


def dbt_target() -> Path:
    """Where dbt leaves its artefacts (manifest, run results)."""
    return home() / _FOLDER.get() / "dbt"


@contextmanager
def dbt_in(folder: str) -> Iterator[None]:
    """Let dbt work in another folder of this home, beside a build that may be running."""
    token = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(token)
