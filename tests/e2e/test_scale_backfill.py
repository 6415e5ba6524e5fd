"""A year's backfill on Celery, a worker killed in the middle, ends in LocalExecutor's marts.

`make stack-burst` runs it, in look-alike containers: the same form, sources and clock on both.
"""

import json
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from native_container import Containers
from stack_runs import (
    CELERY,
    PASSWORD,
    bare_stack,
    found,
    start_airflow,
    start_scaled,
    started,
    until,
)

pytestmark = [pytest.mark.stack, pytest.mark.timeout(3000)]

CLOCK = {"SHORTDRAMA_FROZEN_CLOCK": "2026-02-25T08:00:00+00:00"}
WEEK = {"start": "2026-02-16", "end": "2026-02-22"}
YEAR = {
    "dataset": "appfigures.estimates",
    "start": "2025-01-01",
    "end": "2025-12-31",
    "countries": ["ZZ", "CN", "US", "ID", "BR", "JP"],
    "policy": "all",
    "because": "the year of the launch",
    "publication": "publish",
}
DIGESTS = """
import json
from shortdrama.core.settings import settings
from shortdrama.warehouse.snapshots.read import connect

found = {}
with connect(settings()) as snapshot:
    for (mart,) in snapshot.execute("show tables").fetchall():
        # What differs between two lakes: the pipeline's own history, and ids of loads and pulls.
        if not mart.startswith("ops_"):
            columns = snapshot.execute(f"from {mart} limit 0")
            kept = [f'"{name}"' for name, *_ in columns.description if not name.endswith("load_id")]
            found[mart] = snapshot.execute(
                f"select count(*), bit_xor(hash({', '.join(kept)})), sum(hash({', '.join(kept)}))"
                f" from {mart}"
            ).fetchone()
print("FOUND" + json.dumps(found))
"""


def digests(containers: Containers) -> dict[str, list[int]]:
    """Rows and a digest of each published mart."""
    ran = containers.run("scheduler", "python", "-c", DIGESTS, **CLOCK)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("FOUND")]
    assert lines, ran.stdout[-2000:] + ran.stderr[-2000:]
    read: dict[str, list[int]] = json.loads(lines[0].removeprefix("FOUND"))
    return read


def succeeded(containers: Containers, dag: str, conf: dict[str, Any], **more: str) -> Any:
    run = found(started(containers, dag, conf, **more))
    assert run["state"] == "success", _logs(containers, dag)
    return run


def _logs(containers: Containers, dag: str) -> str:
    """The ends of the logs of its tasks."""
    files = sorted((containers.folder / "volumes").rglob(f"dag_id={dag}/**/*.log"))
    return "\n\n".join(f"{file.parent.name}:\n{file.read_text()[-3000:]}" for file in files)


def on_one_executor(folder: Path) -> dict[str, list[int]]:
    """The year with LocalExecutor, undisturbed."""
    with bare_stack(folder, {}, {}, **CLOCK) as containers:
        start_airflow(containers, **CLOCK)
        succeeded(containers, "ingest_appfigures", WEEK, **CLOCK)
        succeeded(containers, "backfill", YEAR, **CLOCK)
        succeeded(containers, "market_marts", {}, **CLOCK)
        return digests(containers)


def on_celery(folder: Path) -> dict[str, list[int]]:
    """The year on two workers, one of which is killed while it has a task of the backfill."""
    secrets = {"postgres_password": PASSWORD, "redis_password": PASSWORD}
    more = CELERY | CLOCK
    with bare_stack(folder, secrets, {}, **CLOCK) as containers:
        start_scaled(containers, **more)
        succeeded(containers, "ingest_appfigures", WEEK, **more)
        log = containers.folder / "ingest-1.log"
        begun, before = monotonic(), log.read_text().count("received")
        client = started(containers, "backfill", YEAR, **more)
        until(lambda: log.read_text().count("received") > before, 300)
        containers.kill("ingest-1")
        run = found(client)
        print(f"a year with a worker killed: {monotonic() - begun:.0f} s")
        assert run["state"] == "success", run
        again = {task["hostname"] for task in run["tasks"] if task["try_number"] > 1}
        assert again == {"ingest-2"}, "the killed worker had nothing to do"
        succeeded(containers, "market_marts", {}, **more)
        return digests(containers)


def test_a_killed_worker_of_celery_costs_a_year_nothing_but_time(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    celery = on_celery(tmp_path_factory.mktemp("celery"))
    local = on_one_executor(tmp_path_factory.mktemp("local"))
    assert celery == local
    assert celery["fct_app_estimates_daily"][0] > 100_000
    assert len(celery) > 30
