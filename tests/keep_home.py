"""Keeps a small lake and Airflow's database, as this release leaves them, for upgrade tests.

`python tests/keep_home.py VERSION` writes tests/fixtures/homes/VERSION, once when a release ends;
later releases must read it. The demo's real DAGs run under the real scheduler, over one week. What
names this machine is replaced, so that the files do not say where they were made.
"""

import lzma
import os
import re
import socket
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shortdrama.core.settings import REPOSITORY, home, settings
from shortdrama.lake.store import ObjectStore
from shortdrama_local.embedded import demo
from shortdrama_local.embedded.airflow_api import AirflowApi
from shortdrama_local.embedded.folders import socket_folder
from shortdrama_local.embedded.machine import Machine
from shortdrama_local.embedded.postgres import DATABASE, USER, programs
from shortdrama_local.embedded.stack import start_stack, stop_stack

KEPT = Path(__file__).parent / "fixtures" / "homes"
WEEK = ("2025-09-22", "2025-09-28")


def main(version: str) -> None:
    """Run the pipeline in a home of its own and keep what it left."""
    folder = KEPT / version
    folder.mkdir(parents=True)
    with TemporaryDirectory() as temporary:
        os.environ["SHORTDRAMA_HOME"] = temporary
        settings.cache_clear()
        try:
            machine = start_stack(demo.CLOCK, print)
            settings.cache_clear()
            airflow = AirflowApi(machine)
            demo.load(airflow, print, [WEEK])
            demo.publish(airflow, print)
            demo.send(airflow, print)
            keep_lake(ObjectStore.of(settings().s3), folder / "lake.tar.xz")
            keep_database(machine, folder / "airflow.sql.xz")
        finally:
            stop_stack()


def keep_lake(store: ObjectStore, to: Path) -> None:
    """Every object of the lake, under its key."""
    with tarfile.open(to, "w:xz") as archive:
        for key in sorted(store.list("")):
            body = store.get(key)
            entry = tarfile.TarInfo(key)
            entry.size = len(body)
            archive.addfile(entry, BytesIO(body))


def keep_database(machine: Machine, to: Path) -> None:
    """A dump in SQL, without owners."""
    dumped = subprocess.run(
        [
            str(programs() / "pg_dump"), "--host", str(socket_folder()), "--username", USER,
            "--no-owner", "--no-privileges", DATABASE,
        ],
        env={**os.environ, "PGPASSWORD": machine.database_password},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    to.write_bytes(lzma.compress(nameless(dumped).encode(), preset=9 | lzma.PRESET_EXTREME))


def nameless(dump: str) -> str:
    """The dump without this machine's paths and names."""
    replaced: dict[Any, str] = {
        home().resolve(): "/opt/shortdrama/home",
        REPOSITORY: "/opt/shortdrama",
        Path(sys.prefix).parent: "/opt/shortdrama",
        socket.getfqdn(): "pipeline-1",
        socket.gethostname(): "pipeline-1",
    }
    for name, instead in replaced.items():
        dump = re.sub(rf"(?<!\w){re.escape(str(name))}(?!\w)", instead, dump)
    return dump


if __name__ == "__main__":
    main(sys.argv[1])
