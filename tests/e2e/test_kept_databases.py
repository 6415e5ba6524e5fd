"""Airflow's databases that earlier releases left (`tests/keep_home.py`) are migrated and read."""

import lzma
import os
import subprocess
from pathlib import Path

import psycopg2
import pytest

from shortdrama.core.settings import settings
from shortdrama_local.embedded.airflow import migrate
from shortdrama_local.embedded.demo import DAGS
from shortdrama_local.embedded.folders import socket_folder
from shortdrama_local.embedded.machine import this_machine
from shortdrama_local.embedded.postgres import DATABASE, POSTGRES, USER, programs
from shortdrama_local.embedded.stack import stop_stack
from shortdrama_local.embedded.start import bring_up, supervised

pytestmark = pytest.mark.e2e
DUMPS = sorted((Path(__file__).parents[1] / "fixtures" / "homes").glob("*/airflow.sql.xz"))


def test_a_database_is_kept() -> None:
    assert DUMPS


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.parent.name)
def test_the_runs_of_an_earlier_release_are_there_after_the_migration(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    try:
        machine = this_machine()
        bring_up(supervised(machine), machine, [POSTGRES], print)
        reach = {"host": str(socket_folder()), "user": USER, "password": machine.database_password}
        subprocess.run(
            [
                str(programs() / "psql"), "--quiet", "--set", "ON_ERROR_STOP=1",
                "--host", reach["host"], "--username", USER, DATABASE,
            ],
            env={**os.environ, "PGPASSWORD": machine.database_password},
            input=lzma.decompress(dump.read_bytes()), stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        migrate(machine)
        with psycopg2.connect(dbname=DATABASE, **reach) as connection:
            cursor = connection.cursor()
            cursor.execute("select dag_id, state from dag_run group by dag_id, state")
            runs = cursor.fetchall()
        connection.close()
    finally:
        stop_stack()
        settings.cache_clear()
    assert {dag_id for dag_id, _ in runs} == set(DAGS)
    assert {state for _, state in runs} == {"success"}
