"""Ports on loopback: who uses one, and how homes avoid each other's ports.

A home claims its ports in a folder that all homes of this user share. A claim is valid as long as
the home's supervisor lives, also while a service is down for a moment. Other programs do not know
claims, so the system is asked which process uses a port.
"""

import os
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

import psutil
from filelock import FileLock
from pydantic import BaseModel, ValidationError

from shortdrama.core.errors import Failure
from shortdrama_local.embedded.leftovers import is_alive
from shortdrama_local.embedded.machine import HOST, write_private

ATTEMPTS = 50


class NoPort(Failure):
    """No free port was found."""


class _Claim(BaseModel):
    """Whose port it is. The creation time tells a process from a later one with the same id."""

    home: str
    pid: int
    created: float


def shared_folder() -> Path:
    """The private folder that all homes of this user share; it is outside the homes."""
    folder = Path(tempfile.gettempdir(), f"shortdrama-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise NoPort(f"{folder} belongs to somebody else. What to do: remove it, or set TMPDIR")
    return folder


def take(port: int, home: Path, owner: psutil.Process) -> str | None:
    """Claim a port for `home` as long as `owner` lives; None, or who has the port already."""
    with FileLock(shared_folder() / "ports.lock"):
        other = _claimed(port)
        if other is not None and other.pid != owner.pid:
            return f"the home {other.home}"
        if is_held(port):
            return holder(port)
        stale = _foreign_socket(port)
        if stale is not None:
            return f"{stale}, another user's,"
        claim = _Claim(home=str(home), pid=owner.pid, created=owner.create_time())
        write_private(_path(port), claim.model_dump_json())
    return None


def take_any(home: Path, owner: psutil.Process, but: Iterable[int]) -> int:
    """Claim a free port that is not among `but`. Raises NoPort."""
    avoided = set(but)
    for _ in range(ATTEMPTS):
        with socket.create_server((HOST, 0)) as probe:
            port = int(probe.getsockname()[1])
        if port not in avoided and take(port, home, owner) is None:
            return port
    raise NoPort(f"no free port was found on {HOST} in {ATTEMPTS} attempts")


def give_back(ports: Iterable[int], home: Path) -> None:
    """Drop a home's claims, after all its processes have ended."""
    with FileLock(shared_folder() / "ports.lock"):
        for port in ports:
            claim = _read(port)
            if claim is not None and claim.home == str(home):
                _path(port).unlink(missing_ok=True)


def is_held(port: int) -> bool:
    """Whether a program listens there."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return True
    return False


def answers(port: int) -> bool:
    """Whether a program listens there, without blocking one that is about to listen."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def holder(port: int) -> str:
    """Who listens there, for people. Other users' processes may be invisible."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        connections = []
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1:] == (port,):
            if connection.pid is None:
                break
            try:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
            except psutil.NoSuchProcess:
                break
    return "a process of another user"


def listening(pid: int) -> set[int]:
    """The ports on which a process listens."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return set()
    return {one.laddr[1] for one in connections if one.status == psutil.CONN_LISTEN}


def _foreign_socket(port: int) -> Path | None:
    """A socket that SeaweedFS named after the port, left behind by another user."""
    for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - fixed in SeaweedFS
        if path.lstat().st_uid != os.getuid():
            return path
    return None


def _claimed(port: int) -> _Claim | None:
    claim = _read(port)
    if claim is None:
        return None
    try:
        process = psutil.Process(claim.pid)
        same = abs(process.create_time() - claim.created) < 1
    except psutil.NoSuchProcess:
        return None
    return claim if same and is_alive(process) else None


def _read(port: int) -> _Claim | None:
    try:
        return _Claim.model_validate_json(_path(port).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def _path(port: int) -> Path:
    return shared_folder() / "ports" / f"{port}.json"
