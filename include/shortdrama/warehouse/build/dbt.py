"""dbt, as a build runs it: its command, its environment, its artefacts."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from shortdrama.core.errors import DbtFailed
from shortdrama.core.settings import DBT_PROJECT, S3Settings, Settings, home
from shortdrama.lake.credentials import credentials
from shortdrama.warehouse.build.dbt_errors import errors_of
from shortdrama.warehouse.build.touched import Plan


def run_dbt(
    settings: Settings, plan: Plan, say: Callable[[str], None], target: str = "lake"
) -> None:
    """Build and test all models; `target` is of profiles.yml. Raises DbtFailed."""
    command = [
        sys.executable, "-m", "shortdrama.warehouse.build.dbt_child", str(os.getpid()), "build",
        "--project-dir", str(DBT_PROJECT),
        "--target", target,
        "--target-path", str(dbt_target()),
        "--log-path", str(home() / "logs"),
        "--no-use-colors",
        # They test the models' logic, not this lake's rows: `make test` runs them.
        "--exclude-resource-type", "unit_test",
        *(["--full-refresh"] if plan.is_full_refresh else []),
    ]  # fmt: skip
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - dbt's own command
        command,
        env=dbt_environment(settings) | build_environment(plan, settings.clock.now()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            say(line.rstrip())
    if process.returncode != 0:
        first, *others = errors_of(lines) or [f"dbt ended with {process.returncode}"]
        raise DbtFailed("\n".join([first, *others, "The published snapshot stays."]))


def build_environment(plan: Plan, built_at: datetime) -> dict[str, str]:
    """What differs from build to build; `macros/` of the dbt project reads it."""
    spans = " ".join(f"{start}/{end}" for start, end in plan.spans)
    return {
        "SHORTDRAMA_BUILT_AT": f"{built_at:%Y-%m-%dT%H:%M:%S}",
        "SHORTDRAMA_TOUCHED_DAYS": "all" if plan.is_full_refresh else spans,
    }


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What `profiles.yml` reads: where the warehouse is, and how the lake is reached."""
    return {
        **os.environ,
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


def dbt_target() -> Path:
    """Where dbt leaves its artefacts (manifest, run results)."""
    return home() / "warehouse" / "dbt"
