"""The two stores of the team's stack without Docker, and a program that stands in for `docker`.

SeaweedFS runs as in its container, in a network of its own; PostgreSQL beside it. `docker compose
exec` and `run` run the command here, with the service's own environment and secrets; what else is
asked of Docker Compose is only noted.
"""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from compose_stack import env_of, environment, lay_secrets, make_env, until_apart
from shortdrama.core.settings import REPOSITORY
from shortdrama_local.embedded import postgres

APART = ["unshare", "--map-root-user", "--net"]
S3_PORT = 8333
OWN_TMP = """
set -eu
mount -t tmpfs tmpfs /mnt
for place in {places}; do
    mkdir -p "/mnt$place"
    mount --bind "$place" "/mnt$place"
done
mount -t tmpfs tmpfs /tmp
for place in {places}; do
    mkdir -p "$place"
    mount --bind "/mnt$place" "$place"
done
exec sh {store}
"""
"""SeaweedFS names sockets in /tmp after its ports, so two stores with the same ports would mix."""

DOCKER = """#!/bin/sh
echo "$*" >> {log}
[ ! -e {folder}/broken ] || exit 1
case $2 in
exec)
    shift 4
    PATH={postgres}:$PATH PGHOST={socket} exec "$@" ;;
run)
    shift 2
    while [ "$1" != lake-init ]; do
        [ "$1" != --volume ] || folder=${{2%%:/backup*}}
        shift
    done
    shift
    for word; do
        shift
        [ "$word" != /backup ] || word=$folder
        set -- "$@" "$word"
    done
    exec {inside} env {environment} "$@" ;;
esac
"""


@dataclass
class StackStores:
    """SeaweedFS, PostgreSQL and the stand-in; `close` ends them."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def clone(self) -> Path:
        """A clone of the project after `make env`."""
        return self.folder / "clone"

    @property
    def calls(self) -> list[str]:
        """What Docker was asked for, oldest first."""
        return (self.folder / "docker.log").read_text().splitlines()

    def start(self) -> None:
        """Start both stores, empty."""
        self.clone.mkdir()
        assert make_env(self.clone).returncode == 0
        lay_secrets("lake-init", self.clone, self.folder / "secrets")
        network = [*APART, "sh", "-c", "ip link set lo up && exec sleep infinity"]
        self.running["network"] = subprocess.Popen(network)
        until_apart(self.running["network"].pid)
        self._start_store()
        self.start_database()
        self._lay_docker()
        self._wait_for_the_store()

    def close(self) -> None:
        """End everything; the network last."""
        for process in reversed(self.running.values()):
            process.terminate()
            process.wait()

    def inside(self) -> list[str]:
        """What a command in the stack's network begins with."""
        target = f"--target={self.running['network'].pid}"
        return ["nsenter", target, "--user", "--net", "--preserve-credentials"]

    def script(self, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a script of docker/, as a person does."""
        return subprocess.run(
            ["sh", str(REPOSITORY / "docker" / name), *map(str, arguments)],
            env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    def python(self, code: str) -> str:
        """What a program prints in lake-init's container."""
        ran = subprocess.run(
            ["docker", "compose", "run", "lake-init", sys.executable, "-c", code],
            env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr[-3000:]
        return ran.stdout

    def airflow(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command with Airflow's settings of the stack, on this database."""
        env = environment("airflow-init", env_of(self.clone / ".env"))
        kept = {name: value for name, value in env.items() if not name.endswith("_CMD")}
        url = f"postgresql+psycopg2://airflow@/airflow?host={quote(str(self.folder), safe='')}"
        return subprocess.run(
            command,
            env=kept
            | {
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "AIRFLOW_HOME": str(self.folder / "airflow"),
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
                "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            }
            | more,
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def sql(self, statement: str, database: str = "airflow", file: bytes | None = None) -> str:
        """What PostgreSQL answers."""
        psql = [str(postgres.programs() / "psql"), "--no-psqlrc", "-tA", "--set", "ON_ERROR_STOP=1"]
        what = ["--quiet"] if file else ["--command", statement]
        return subprocess.run(
            [*psql, f"--host={self.folder}", "--username=airflow", *what, database],
            input=file, capture_output=True, check=True,
        ).stdout.decode()  # fmt: skip

    def lose_the_database(self) -> None:
        """As if its volume had been removed."""
        self.sql("drop database airflow with (force)", "postgres")
        self.sql("create database airflow", "postgres")

    def _start_store(self) -> None:
        (self.folder / ".seaweedfs").mkdir()
        shutil.copy(self.clone / "secrets" / "security.toml", self.folder / ".seaweedfs")
        (self.folder / "data").mkdir()
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "WEED": str(Path(sys.executable).with_name("weed")),
            "DATA": str(self.folder / "data"),
            "IDENTITIES": str(self.clone / "secrets" / "s3.json"),
        }
        places = [self.folder, REPOSITORY, Path(sys.prefix)]
        script = OWN_TMP.format(
            places=shlex.join(map(str, places)), store=REPOSITORY / "docker" / "seaweedfs.sh"
        )
        with (self.folder / "store.log").open("wb") as log:
            self.running["store"] = subprocess.Popen(
                [*self.inside(), "unshare", "--mount", "sh", "-c", script],
                env=env, stdout=log, stderr=log,
            )  # fmt: skip

    def _wait_for_the_store(self) -> None:
        asked = f"import socket; socket.create_connection(('127.0.0.1', {S3_PORT}), 5)"
        begun = monotonic()
        while subprocess.run(
            [*self.inside(), sys.executable, "-c", asked], capture_output=True, check=False
        ).returncode:
            assert monotonic() - begun < 90, (self.folder / "store.log").read_text()
            sleep(0.2)

    def start_database(self) -> None:
        """PostgreSQL alone, with an empty database `airflow`."""
        if not self.clone.exists():
            self.clone.mkdir()
            assert make_env(self.clone).returncode == 0
        data = self.folder / "postgres"
        data.mkdir()
        as_nobody = postgres._as_nobody()
        if as_nobody:
            shutil.chown(data, postgres.UNPRIVILEGED)
            self.folder.chmod(0o777)  # its socket
        programs = postgres.programs()
        subprocess.run(
            [*as_nobody, f"{programs}/initdb", "--pgdata", str(data), "--username=airflow",
             "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True, capture_output=True,
        )  # fmt: skip
        with (self.folder / "postgres.log").open("wb") as log:
            self.running["postgres"] = subprocess.Popen(
                [*as_nobody, f"{programs}/postgres", "-D", str(data), "-k", str(self.folder),
                 "-c", "listen_addresses=", "-c", "fsync=off"],
                stdout=log, stderr=log,
            )  # fmt: skip
        begun = monotonic()
        while True:
            try:
                self.sql("create database airflow", "postgres")
            except subprocess.CalledProcessError:
                assert monotonic() - begun < 30, (self.folder / "postgres.log").read_text()
                sleep(0.1)
            else:
                return

    def _lay_docker(self) -> None:
        env = environment("lake-init", env_of(self.clone / ".env")) | {
            "SHORTDRAMA_SECRETS": str(self.folder / "secrets"),
            "SHORTDRAMA_S3__ENDPOINT_URL": "http://127.0.0.1:8333",
            "SHORTDRAMA_HOME": str(self.folder / "home"),
            "HOME": str(self.folder),  # DuckDB's extension
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        text = DOCKER.format(
            log=self.folder / "docker.log",
            folder=self.folder,
            postgres=postgres.programs(),
            socket=self.folder,
            inside=shlex.join(self.inside()),
            environment=shlex.join(f"{name}={value}" for name, value in env.items()),
        )
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "docker").write_text(text)
        (self.folder / "bin" / "docker").chmod(0o755)
