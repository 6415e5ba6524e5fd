"""The dbt project built on Spark, from the sources and for the months of a plan."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import DbtFailed
from shortdrama.core.settings import DBT_PROJECT, Settings, home
from shortdrama.warehouse.build.dbt import build_arguments, build_environment
from shortdrama.warehouse.build.dbt_errors import errors_of
from shortdrama.warehouse.build.spark.environment import python
from shortdrama.warehouse.build.touched import Plan

PROCESS = Path(__file__).with_name("process.py")

SESSION = {
    # A timestamp has no time zone, as in DuckDB.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    # A wrong cast or an overflow is an error, as in DuckDB, and not a null.
    "spark.sql.ansi.enabled": "true",
    # Only the months of the new rows are written again.
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
}
"""Settings that belong to the results; each build sets them, whatever the cluster has."""


class SparkTable(BaseModel):
    """A table on Spark: its columns with Spark's types, and the files that have its rows."""

    columns: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


class Answer(BaseModel):
    """What the process answers: the fingerprint that was `kept` before, and `tables` by name."""

    model_config = ConfigDict(extra="forbid")

    kept: str | None
    tables: dict[str, SparkTable] = {}


def last_built(settings: Settings) -> str | None:
    """The fingerprint of the last build that was finished on the cluster; None if it has none."""
    return _ask(settings, {"statements": [], "arguments": []}, {}, lambda _: None).kept


def build_on_spark(
    settings: Settings,
    statements: list[str],
    plan: Plan,
    fingerprint: str,
    hand_over: Sequence[str],
    say: Callable[[str], None],
    *,
    with_tests: bool = True,
) -> dict[str, SparkTable]:
    """Make the sources by `statements` and build all models; dbt's output goes to `say`.

    Returns the built tables that are in the schemas of `hand_over`, or named there, as they are
    then on Spark, by name (`marts.fct_…`). Spark keeps the fingerprint. Raises DbtFailed.
    """
    arguments = [
        *build_arguments(plan, "spark"),
        "--profiles-dir", str(DBT_PROJECT),
        "--log-path", str(home() / "logs"),
        *([] if with_tests else ["--exclude-resource-type", "test"]),
    ]  # fmt: skip
    request = {
        "statements": statements,
        "arguments": arguments,
        "hand_over": hand_over,
        "fingerprint": fingerprint,
    }
    return _ask(settings, request, build_environment(plan, settings.clock.now()), say).tables


def _ask(
    settings: Settings,
    request: dict[str, Any],
    variables: dict[str, str],
    say: Callable[[str], None],
) -> Answer:
    spark = settings.warehouse.spark
    environment = (
        {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
        | variables
        | {
            "PYTHONPATH": str(spark.packages),
            "PYTHON_DOTENV_DISABLED": "1",
            "SPARK_REMOTE": spark.remote,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_LOG_LEVEL_FILE": "none",
        }
    )
    with TemporaryDirectory() as name:
        asked, answer = Path(name, "request.json"), Path(name, "answer.json")
        asked.write_text(json.dumps(request | {"settings": SESSION}))
        lines: list[str] = []
        with subprocess.Popen(  # noqa: S603 - our own program
            [python(), "-W", "ignore::FutureWarning", str(PROCESS), str(asked), str(answer)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as child:
            try:
                for line in child.stdout or ():
                    lines.append(line.rstrip())
                    say(lines[-1])
            except BaseException:
                # The task is being stopped: stop dbt too.
                child.kill()
                raise
        if child.returncode != 0:
            errors = errors_of(lines) or lines[-5:]
            raise DbtFailed("\n".join([*errors, "The published snapshot stays."]))
        return Answer.model_validate_json(answer.read_text(encoding="utf-8"))
