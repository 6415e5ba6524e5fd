"""Where a home keeps short-lived things: sockets, locks, the supervisor's files."""

import shutil
from hashlib import sha256
from pathlib import Path

from shortdrama.core.settings import home
from shortdrama_local.embedded.ports import shared_folder

LONGEST = 107 - len("/supervisor.sock.4194304")
"""The maximum length of a socket folder's path, in bytes: the system allows 107 for the whole path
of a socket, and supervisord first makes its own socket under a longer name."""


def run_folder() -> Path:
    """The home's folder for locks and the supervisor's files."""
    folder = home().resolve() / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def socket_folder() -> Path:
    """The folder for the home's sockets: in the home, or outside if the path would be too long."""
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
