"""Build: the private warehouse is given its sources and dbt builds the marts in it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from shortdrama.config import REPOSITORY, S3Settings, Settings, home
from shortdrama.datasets import DATASETS
from shortdrama.failure import Failure
from shortdrama.lake import duck
from shortdrama.lake.credentials import credentials
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse import built, ops_sources, touched
from shortdrama.warehouse.inputs import BuildInputs
from shortdrama.warehouse.touched import KEPT_BY_MONTH, Plan

DBT_PROJECT = REPOSITORY / "dbt_project"


class BuildFailed(Failure):
    """dbt could not build; the message has its errors."""


def build(
    inputs: BuildInputs,
    settings: Settings,
    store: ObjectStore,
    say: Callable[[str], None],
    *,
    full_refresh: bool = False,
) -> None:
    """Bring the private warehouse to the inputs; `full_refresh` forgets what it holds.

    dbt's output goes to `say`, line by line. Raises BuildFailed with dbt's own errors.
    """
    path = settings.warehouse_path
    path.parent.mkdir(parents=True, exist_ok=True)
    _inputs_path(settings).unlink(missing_ok=True)
    _open_or_start_anew(path)
    with duck.connect(settings.s3, path) as connection:
        plan = prepare(connection, inputs, store, full_refresh=full_refresh)
        ops_sources.fill(connection, store, settings.clock.today())
    say(str(plan))
    outcome = Outcome(
        kind="build",
        status="succeeded",
        subject=inputs.fingerprint,
        ended_at=settings.clock.now(),
    )
    try:
        run_dbt(settings, plan, say)
    except BuildFailed as error:
        failed = outcome.model_copy(update={"status": "failed", "message": str(error)})
        record_outcome(store, failed)
        raise
    with duck.connect(path=path) as connection:
        built.finish(connection, inputs, plan, month_columns())
    record_outcome(store, outcome)
    _inputs_path(settings).write_text(inputs.model_dump_json())


def prepare(
    connection: duckdb.DuckDBPyConnection,
    inputs: BuildInputs,
    store: ObjectStore,
    *,
    full_refresh: bool = False,
) -> Plan:
    """Give the warehouse its sources, and note and return what is to be rewritten from them.

    Schema `raw` gets a view per dataset over the accepted files that the build reads.
    """
    built.prepare(connection)
    before = built.last_inputs(connection)
    connection.execute("create schema if not exists raw")
    _fill_coverage(connection, inputs)
    ops_sources.create_relations(connection)
    for dataset_id in DATASETS.keys() - set(KEPT_BY_MONTH):
        _source_view(connection, dataset_id, inputs.accepted[dataset_id], store)
    plan = (
        Plan(everything_because="asked for")
        if full_refresh
        else touched.plan(
            inputs,
            before,
            built.begun_months(connection),
            # Other models may not know what this asks for; they are a full refresh anyway.
            built.moved_products(connection) if before and before.code == inputs.code else (),
        )
    )
    # A view opens its files when it is made: a history of daily loads has thousands.
    for dataset_id in KEPT_BY_MONTH:
        needed = tuple(record for record in inputs.accepted[dataset_id] if plan.reads(record))
        _source_view(connection, dataset_id, needed, store)
    built.begin(connection, plan)
    return plan


def built_inputs(settings: Settings) -> BuildInputs:
    """What the private warehouse was built from last; raises BuildFailed if it never was."""
    path = _inputs_path(settings)
    if not path.exists():
        raise BuildFailed("the private warehouse is not built on this machine; clear task `build`")
    return BuildInputs.model_validate_json(path.read_text())


def _inputs_path(settings: Settings) -> Path:
    return settings.warehouse_path.with_suffix(".inputs.json")


def _fill_coverage(connection: duckdb.DuckDBPyConnection, inputs: BuildInputs) -> None:
    """`raw.load_coverage`: what the accepted loads were asked for."""
    connection.execute(
        """
        create or replace table raw.load_coverage (
            dataset varchar, load_id varchar, load_seq bigint, said_at timestamp,
            accepted_at timestamp, country_code varchar, start_on date, end_on date,
            is_sample boolean
        )
        """
    )
    rows = [
        row
        for records in inputs.accepted.values()
        for record in records
        for row in _coverage_rows(record)
    ]
    # One statement: a history of daily loads has tens of thousands of rows.
    columns = ", ".join("unnest(?)" for _ in range(9))
    if rows:
        connection.execute(
            f"insert into raw.load_coverage select {columns}",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _source_view(
    connection: duckdb.DuckDBPyConnection,
    dataset_id: str,
    records: tuple[LoadRecord, ...],
    store: ObjectStore,
) -> None:
    dataset = DATASETS[dataset_id]
    body = duck.loads_query(dataset, [store.uri(record.key) for record in records])
    connection.execute(f"create or replace view raw.{dataset.table} as {body}")


def _coverage_rows(record: LoadRecord) -> list[tuple[object, ...]]:
    countries: tuple[str | None, ...] = record.coverage.countries or (None,)
    return [
        (
            record.dataset,
            record.load_id,
            record.seq,
            record.said_at.replace(tzinfo=None),
            record.decided_at.replace(tzinfo=None),
            country,
            record.coverage.window.start,
            record.coverage.window.end,
            record.is_sample,
        )
        for country in countries
    ]


def _open_or_start_anew(path: Path) -> None:
    """A file that a killed build left broken is thrown away: it can be built again."""
    try:
        duckdb.connect(str(path)).close()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise BuildFailed(
                f"another process holds the private warehouse {path}; only market_marts may write"
                " it, one run at a time"
            ) from error
        path.unlink()


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


def built_marts() -> list[str]:
    """The marts of the last build, by dbt's manifest: a table of a deleted model is none."""
    return sorted(
        node["name"]
        for node in _dbt_nodes().values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    )


def mart_keys() -> dict[str, tuple[str, ...]]:
    """The columns that name a row of each mart, by the uniqueness that dbt tests in the build."""
    nodes = _dbt_nodes()
    keys: dict[str, tuple[str, ...]] = {}
    for node in nodes.values():
        model = nodes.get(node.get("attached_node") or "", {})
        if model.get("schema") != "marts" or not node.get("test_metadata"):
            continue
        test = node["test_metadata"]
        if test["name"] == "unique_combination":
            keys[model["name"]] = tuple(test["kwargs"]["columns"])
        elif test["name"] == "unique":
            keys.setdefault(model["name"], (test["kwargs"]["column_name"],))
    return keys


def month_columns() -> dict[str, str]:
    """The marts that are kept and published by month, by dbt's manifest, with their date column."""
    return {
        node["name"]: node["config"]["meta"]["month_column"]
        for node in _dbt_nodes().values()
        if node["resource_type"] == "model" and "month_column" in node["config"].get("meta", {})
    }


def _dbt_nodes() -> dict[str, dict[str, Any]]:
    """Models, seeds and tests of the last build, by id, as dbt's manifest has them."""
    manifest: dict[str, Any] = json.loads((dbt_target() / "manifest.json").read_text())
    nodes: dict[str, dict[str, Any]] = manifest["nodes"]
    return nodes


def build_environment(plan: Plan, built_at: datetime) -> dict[str, str]:
    """What differs from build to build; `macros/` of the dbt project reads it."""
    spans = " ".join(f"{start}/{end}" for start, end in plan.spans)
    return {
        "SHORTDRAMA_BUILT_AT": f"{built_at:%Y-%m-%dT%H:%M:%S}",
        "SHORTDRAMA_TOUCHED_DAYS": "all" if plan.is_full_refresh else spans,
    }


def run_dbt(
    settings: Settings, plan: Plan, say: Callable[[str], None], target: str = "lake"
) -> None:
    """Build and test all models; `target` is of profiles.yml. Raises BuildFailed."""
    command = [
        sys.executable, "-m", "dbt.cli.main", "build",
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
        errors = [line for line in lines if "ERROR" in line or "FAIL" in line] or lines[-20:]
        raise BuildFailed(
            "dbt could not build the marts; the published snapshot stays.\n" + "\n".join(errors)
        )
