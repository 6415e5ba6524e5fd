"""The dbt project built on Spark, from the sources and for the months of a build on DuckDB."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from shortdrama.core.errors import DbtFailed
from shortdrama.core.settings import DBT_PROJECT
from shortdrama.warehouse.build.dbt import build_environment
from shortdrama.warehouse.build.dbt_errors import errors_of
from shortdrama.warehouse.build.touched import Plan
from shortdrama_local.spark.cluster import Cluster

PROCESS = Path(__file__).with_name("process.py")


def build_on_spark(
    cluster: Cluster,
    statements: list[str],
    plan: Plan,
    built_at: datetime,
    say: Callable[[str], None],
) -> None:
    """Make the sources by `statements` and build all models; dbt's output goes to `say`.

    Data tests are left out: they read rows that are compared with DuckDB's. Raises DbtFailed.
    """
    folder = cluster.folder / "dbt"
    folder.mkdir(exist_ok=True)
    arguments = [
        "build",
        "--target", "spark",
        "--project-dir", str(DBT_PROJECT),
        "--profiles-dir", str(DBT_PROJECT),
        "--target-path", str(folder / "target"),
        "--log-path", str(folder / "logs"),
        "--no-use-colors",
        "--exclude-resource-type", "test", "unit_test",
        *(["--full-refresh"] if plan.is_full_refresh else ["--exclude-resource-type", "seed"]),
    ]  # fmt: skip
    request = folder / "request.json"
    request.write_text(json.dumps({"statements": statements, "arguments": arguments}))
    environment = (
        {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
        | build_environment(plan, built_at)
        | {
            "PYTHONPATH": str(cluster.package),
            "PYTHON_DOTENV_DISABLED": "1",
            "SPARK_REMOTE": cluster.remote,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_LOG_LEVEL_FILE": "none",
        }
    )
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own program
        [python(), "-W", "ignore::FutureWarning", str(PROCESS), str(request)],
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
            child.kill()
            raise
    if child.returncode != 0:
        raise DbtFailed("\n".join(errors_of(lines) or lines[-5:]))


def python() -> str:
    """A Python of this version without this environment's packages, which Spark's would meet."""
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}"))
