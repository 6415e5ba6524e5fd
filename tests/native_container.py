"""Runs the team's services as in their containers, without a container engine.

In a network of their own they listen on their usual ports, under their names. Each has the secrets
and the environment of docker-compose.yml and nobody else's, the runtime user without rights, and a
root that it cannot write to but for its volumes and memory. It needs root, or it is skipped.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compose_stack import SERVICES, env_of, environment, lay_secrets, make_env, until_apart
from shortdrama.core.settings import REPOSITORY
from shortdrama_local.embedded import postgres

NAMES = ("postgres", "redis", "seaweedfs", "mailpit", "simulator", "api-server")
RUNTIME_USER = "50000"
CODE = ("docker", "dags", "dbt_project", "expectations", "include")

CONTAINER = """
set -eu
hostname {hostname}
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/venv /mnt/python /mnt/code /mnt/folder
mount --bind {venv} /mnt/venv
mount --bind {python} /mnt/python
mount --bind {repository} /mnt/code
mount --bind {folder} /mnt/folder
for place in /tmp /root /opt /run /home; do mount -t tmpfs -o mode=1777 tmpfs $place; done
mkdir -p {venv} {python} /run/secrets /home/shortdrama
mount --bind /mnt/venv {venv}
mount --bind /mnt/python {python}
mount --bind /mnt/folder/secrets/{service} /run/secrets
mount --bind /mnt/folder/hosts /etc/hosts
mount --bind /mnt/folder/passwd /etc/passwd
mount --bind -o ro /mnt/folder/home /home/shortdrama
mkdir -p /opt/shortdrama/airflow /opt/shortdrama/home
for part in {code}; do
    mkdir /opt/shortdrama/$part
    mount --bind -o ro /mnt/code/$part /opt/shortdrama/$part
done
{volumes}
mount -o remount,ro,bind /
mount -o remount,ro /opt
mount -o remount,ro /root
mount -o remount,ro /home
mount -o remount,ro /mnt
cd /opt/shortdrama
exec setpriv --reuid={user} --regid={user} --clear-groups --no-new-privs --bounding-set=-all \
    --inh-caps=-all env -i {environment} {command}
"""


def children(pid: int) -> list[int]:
    """The processes that a process has started itself."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in listed.split()]


@dataclass
class Containers:
    """The services of one stack; `close` ends all of them."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, secrets: Mapping[str, str]) -> "Containers":
        """A clone after `make env`, with some secrets chosen before, and a network."""
        (folder / "clone" / "secrets").mkdir(parents=True)
        for name, text in secrets.items():
            (folder / "clone" / "secrets" / name).write_text(text)
        assert make_env(folder / "clone").returncode == 0
        (folder / "hosts").write_text(
            "".join(f"127.0.0.1 {name}\n" for name in ("localhost", *NAMES))
        )
        user = f"shortdrama:x:{RUNTIME_USER}:{RUNTIME_USER}::/home/shortdrama:/bin/sh\n"
        (folder / "passwd").write_text(Path("/etc/passwd").read_text() + user)
        (folder / "home").mkdir()
        extension = 'from duckdb_extensions import import_extension; import_extension("httpfs")'
        subprocess.run(
            [sys.executable, "-c", extension],
            env=dict(os.environ) | {"HOME": str(folder / "home")},
            check=True,
        )
        (folder / "secrets").mkdir()
        for name in SERVICES:
            lay_secrets(name, folder / "clone", folder / "secrets" / name)
        folder.chmod(0o755)
        made = cls(folder, env_of(folder / "clone" / ".env"))
        network = ["unshare", "--net", "sh", "-c", "ip link set lo up && exec sleep infinity"]
        made.running["network"] = subprocess.Popen(network)
        until_apart(made.running["network"].pid)
        return made

    def close(self) -> None:
        """End everything; the network last."""
        for name in reversed(self.running):
            self.kill(name)

    def kill(self, name: str) -> None:
        """End a service at once, with all its processes."""
        process = self.running[name]
        if process.poll() is None:
            # The first process of a namespace takes all others with it. It has another user than
            # `unshare`, so it would survive that one: the kernel drops `--kill-child` then.
            for child in children(process.pid):
                os.kill(child, signal.SIGKILL)
            process.kill()
        process.wait()

    def inside(self, *command: str) -> list[str]:
        """A command in the stack's network."""
        network = f"--net=/proc/{self.running['network'].pid}/ns/net"
        return ["nsenter", network, *command]

    def container(self, service: str, *command: str, hostname: str = "", **more: str) -> list[str]:
        """A command in the service's container; without one, the service's own."""
        script = CONTAINER.format(
            venv=Path(sys.executable).parents[1],
            python=Path(sys.executable).resolve().parents[1],
            repository=REPOSITORY,
            folder=self.folder,
            service=service,
            hostname=hostname or service,
            code=" ".join(CODE),
            volumes="\n".join(self._volumes(service)),
            user=RUNTIME_USER,
            environment=shlex.join(f"{k}={v}" for k, v in self._environment(service, more).items()),
            command=shlex.join(command or SERVICES[service]["command"]).replace("$$", "$"),
        )
        apart = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
        return self.inside(*apart, "sh", "-c", script)

    def start(self, service: str, *, hostname: str = "", **more: str) -> None:
        """Start a service; what it prints goes to a file of its name.

        A second one of the same service needs a host name of its own, which is also its name here.
        """
        name = hostname or service
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.container(service, hostname=name, **more),
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def run(
        self, service: str, *command: str, timeout: float = 300, hostname: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a service's container to its end."""
        return subprocess.run(
            self.container(service, *command, hostname=hostname, **more),
            capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def is_healthy(self, service: str, *, hostname: str = "") -> bool:
        """What the service's own health check says."""
        check = SERVICES[service]["healthcheck"]["test"][1:]
        return self.run(service, *check, hostname=hostname).returncode == 0

    def start_database(self) -> None:
        """PostgreSQL with the stack's password, as its image sets it up."""
        data = self.folder / "postgres"
        data.mkdir()
        shutil.chown(data, "nobody")
        as_nobody = postgres._as_nobody()
        password = self.folder / "secrets" / "postgres" / "postgres_password"
        bin_ = postgres.programs()
        subprocess.run(
            [*as_nobody, f"{bin_}/initdb", "--pgdata", str(data), "--username=airflow",
             f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True, capture_output=True,
        )  # fmt: skip
        subprocess.run(
            [*as_nobody, f"{bin_}/postgres", "--single", "-D", str(data), "postgres"],
            input=b"create database airflow\n", check=True, capture_output=True,
        )  # fmt: skip
        with (self.folder / "postgres.log").open("ab") as log:
            self.running["postgres"] = subprocess.Popen(
                self.inside(*as_nobody, f"{bin_}/postgres", "-D", str(data), "-k", str(data)),
                stdout=log, stderr=log,
            )  # fmt: skip

    def start_store(self) -> None:
        """The store, as its container starts it."""
        (self.folder / ".seaweedfs").mkdir()
        shutil.copy(self.folder / "clone" / "secrets" / "security.toml", self.folder / ".seaweedfs")
        (self.folder / "data").mkdir()
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "WEED": str(Path(sys.executable).with_name("weed")),
            "DATA": str(self.folder / "data"),
            "IDENTITIES": str(self.folder / "clone" / "secrets" / "s3.json"),
        }
        with (self.folder / "seaweedfs.log").open("ab") as log:
            self.running["seaweedfs"] = subprocess.Popen(
                self.inside("unshare", "--pid", "--fork", "--kill-child", "sh",
                            str(REPOSITORY / "docker" / "seaweedfs.sh")),
                env=env, stdout=log, stderr=log,
            )  # fmt: skip

    def start_redis(self) -> None:
        """Redis, as its container starts it, but on loopback."""
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        env = {
            "PATH": os.environ["PATH"],
            "REDIS": str(Path(sys.executable).with_name("redis-server")),
            "PASSWORD": str(self.folder / "secrets" / "redis" / "redis_password"),
            "DATA": str(data),
            "BIND": "127.0.0.1",
        }
        with (self.folder / "redis.log").open("ab") as log:
            self.running["redis"] = subprocess.Popen(
                self.inside("sh", str(REPOSITORY / "docker" / "redis.sh")),
                env=env, stdout=log, stderr=log,
            )  # fmt: skip

    def _volumes(self, service: str) -> list[str]:
        lines = [f"mount -t tmpfs -o uid={RUNTIME_USER},mode=0700 tmpfs /opt/shortdrama/airflow"]
        for volume in SERVICES[service].get("volumes", []):
            name, place = volume.split(":")
            kept = self.folder / "volumes" / name
            kept.mkdir(parents=True, exist_ok=True)
            os.chown(kept, int(RUNTIME_USER), int(RUNTIME_USER))
            lines += [f"mkdir -p {place}", f"mount --bind /mnt/folder/volumes/{name} {place}"]
        return lines

    def _environment(self, service: str, more: Mapping[str, str]) -> dict[str, str]:
        venv = Path(sys.executable).parents[1]
        return {
            "PATH": f"{venv}/bin:/usr/bin:/bin:/usr/sbin",
            "PYTHONPATH": "/opt/shortdrama/include",
            "PYTHONUNBUFFERED": "1",
            "HOME": "/home/shortdrama",
            "AIRFLOW_HOME": "/opt/shortdrama/airflow",
            "SHORTDRAMA_HOME": "/opt/shortdrama/home",
            **environment(service, self.env),
            **more,
        }
