"""Where a home keeps what is short-lived: sockets, locks, the supervisor's files."""

import shutil
from hashlib import sha256
from pathlib import Path

from shortdrama.core.settings import home
from shortdrama_local.embedded.ports import shared_folder

LONGEST = 107 - len("/supervisor.sock.4194304")
"""Bytes that a socket's folder may have: the system takes 107 for the whole path of a socket, and
supervisord makes its own under a longer name first."""


def run_folder() -> Path:
    """The home's folder for locks and the supervisor's files."""
    folder = home().resolve() / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def socket_folder() -> Path:
    """The folder of the home's sockets: in the home, or outside when its path is too long."""
    inside = run_folder()
    if len(str(inside).encode()) <= LONGEST:
        return inside
    outside = shared_folder() / sha256(str(inside).encode()).hexdigest()[:16]
    outside.mkdir(mode=0o700, exist_ok=True)
    return outside


def remove_sockets() -> None:
    """Remove the folder outside the home, if there is one."""
    folder = socket_folder()
    if folder != run_folder():
        shutil.rmtree(folder)
