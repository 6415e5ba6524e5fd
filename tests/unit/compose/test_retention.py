"""What `docker/retention.sh` removes and what it keeps, in a database of 0.4.0 made older."""

import lzma
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose_stack import SERVICES
from shortdrama.core.settings import REPOSITORY
from stack_stores import StackStores

KEPT = Path(__file__).parents[2] / "fixtures" / "homes" / "0.4.0" / "airflow.sql.xz"
SCRIPT = ["sh", str(REPOSITORY / "docker" / "retention.sh")]
DAYS = 90
SHIFTED = (
    "update dag_run set start_date = {at}, end_date = {at}, run_after = {at}",
    "update task_instance set start_date = {at}, end_date = {at}",
    "update xcom set timestamp = {at}",
    "update log set dttm = {at}",
    "update dag set last_parsed_time = {at}",
    "update asset_event set timestamp = {at}",
    "update job set latest_heartbeat = {at}",
)
"""Everything of the kept database is a year old."""
COUNTED = ("dag", "dag_run", "task_instance", "xcom", "log")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StackStores]:
    stores = StackStores(tmp_path)
    try:
        stores.start_database()
        stores.sql("", file=lzma.decompress(KEPT.read_bytes()))
        yield stores
    finally:
        stores.close()


def counts(stores: StackStores) -> dict[str, int]:
    return {table: int(stores.sql(f"select count(*) from {table}")) for table in COUNTED}


def aged(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a line of a log\n")
    at = time.time() - days * 86400
    for one in (path, path.parent):
        os.utime(one, (at, at))
    return path


@pytest.mark.integration
def test_the_old_goes_and_the_young_stays(database: StackStores) -> None:
    for statement in SHIFTED:
        database.sql(statement.format(at="now() - interval '365 days'"))
    young = "(select run_id from dag_run where dag_id = 'market_marts')"
    database.sql(f"update dag_run set start_date = now() where run_id in {young}")
    database.sql(f"update task_instance set start_date = now() where run_id in {young}")
    database.sql("update dag_run set run_type = 'scheduled' where dag_id = 'ingest_tiktok'")
    before = counts(database)
    logs = database.folder / "logs"
    old = aged(logs / "dag_id=a" / "run_id=b" / "task_id=c" / "attempt=1.log", DAYS + 2)
    empty = logs / "dag_id=a" / "run_id=old"
    empty.mkdir()
    os.utime(empty, (time.time() - 3 * 86400,) * 2)
    recent = aged(logs / "dag_id=a" / "run_id=d" / "task_id=c" / "attempt=1.log", DAYS - 2)
    (starting := logs / "dag_id=a" / "run_id=starting").mkdir()

    ran = database.airflow(*SCRIPT, "once", RETENTION_DAYS=str(DAYS), LOGS=str(logs))

    assert ran.returncode == 0, ran.stderr[-2000:]
    after = counts(database)
    runs = database.sql("select distinct dag_id from dag_run").split()
    assert set(runs) == {"market_marts", "ingest_tiktok"}, "others were by hand, a year ago"
    assert 0 < after["task_instance"] < before["task_instance"]
    assert after["dag"] == before["dag"], "a DAG that is found again would be paused"
    archives = "select count(*) from pg_tables where tablename like '_airflow_deleted%'"
    assert database.sql(archives).strip() == "0"
    assert (old.exists(), empty.exists()) == (False, False)
    assert recent.exists()
    assert starting.exists(), "a task may be about to write there"


@pytest.mark.parametrize("days", ["", "0", "29", "-90", "ninety", "90 "])
def test_too_short_a_time_is_refused_before_anything_goes(tmp_path: Path, days: str) -> None:
    log = aged(tmp_path / "logs" / "a.log", 1000)
    (tmp_path / "airflow").write_text("#!/bin/sh\ntouch called\n")
    (tmp_path / "airflow").chmod(0o755)
    ran = subprocess.run(
        [*SCRIPT, "once"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "RETENTION_DAYS": days, "LOGS": str(log.parent)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode != 0
    assert "RETENTION_DAYS" in ran.stderr
    assert log.exists()
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize(("code", "fresh"), [(0, True), (1, False)])
def test_it_goes_on_and_its_health_is_when_it_last_succeeded(
    tmp_path: Path, code: int, fresh: bool
) -> None:
    (tmp_path / "airflow").write_text(f"#!/bin/sh\ntouch called\nexit {code}\n")
    (tmp_path / "airflow").chmod(0o755)
    (tmp_path / "logs").mkdir()
    alive = tmp_path / "alive"
    process = subprocess.Popen(
        SCRIPT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "RETENTION_DAYS": "90", "FIRST_AFTER": "0.3",
             "LOGS": str(tmp_path / "logs"), "ALIVE": str(alive)},
        cwd=tmp_path, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        waited(lambda: alive.exists())
        os.utime(alive, (1, 1))
        waited(lambda: (tmp_path / "called").exists())
        time.sleep(0.2)
        assert (alive.stat().st_mtime > 1) is fresh
        assert process.poll() is None, "it waits for the next time"
    finally:
        process.terminate()
        _, said = process.communicate(timeout=10)
    assert process.returncode == 0
    assert (b"tried again in an hour" in said) is not fresh


def test_its_health_check_looks_at_the_file_that_it_writes() -> None:
    script = Path(SCRIPT[1]).read_text()
    check = SERVICES["retention"]["healthcheck"]["test"][-1]
    logs = "/opt/shortdrama/airflow/logs"
    assert f"find {logs}/retention.alive -mmin -1560" in check
    assert f"logs=${{LOGS:-{logs}}}" in script
    assert "alive=${ALIVE:-$logs/retention.alive}" in script
    assert f"airflow-logs:{logs}" in SERVICES["retention"]["volumes"]


def waited(is_so: object) -> None:
    begun = time.monotonic()
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() - begun < 10
        time.sleep(0.02)
