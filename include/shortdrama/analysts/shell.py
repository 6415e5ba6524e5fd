"""DuckDB's own shell on a published snapshot.

The shell replaces this process, so that Ctrl-C ends a query and not the shell. Its keys are only in
its environment, not on the command line or in a file.
"""

import os
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from shortdrama.core.errors import Failure
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.datasets import headline
from shortdrama.lake import duck
from shortdrama.lake.credentials import credentials
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, wanted_manifest
from shortdrama.warehouse.snapshots.read import attach, connect

KEY_ID = "SHORTDRAMA_S3__ACCESS_KEY_ID"
SECRET = "SHORTDRAMA_S3__SECRET_ACCESS_KEY"  # noqa: S105 - the name of a variable
SESSION_TOKEN = "SHORTDRAMA_S3__SESSION_TOKEN"  # noqa: S105 - the name of a variable


class NoShell(Failure):
    """DuckDB's shell is not installed."""


def open_shell(
    settings: Settings, snapshot: str | date | None, say: Callable[[str], None]
) -> NoReturn:
    """Print a greeting and become the shell. Errors on the way to the marts are raised before."""
    shell = shell_file()
    store = ObjectStore.of(settings.s3)
    manifest = wanted_manifest(store, snapshot)
    connect(settings, manifest.snapshot_id).close()
    say(greeting(manifest))
    # A pipe, not a file: it is gone with the shell.
    script, write = os.pipe()
    os.write(write, init_script(settings.s3, store, manifest.snapshot_id).encode())
    os.close(write)
    os.set_inheritable(script, True)
    command = [str(shell), "-init", f"/dev/fd/{script}", "-bail"]
    os.execve(shell, command, shell_environment(settings.s3))  # noqa: S606 - our own package's


def shell_file() -> Path:
    """DuckDB's shell from its package; raises NoShell.

    The package's console script does not work here: it stays between the terminal and the shell,
    and Ctrl-C would end both.
    """
    package = find_spec("duckdb_cli")
    for folder in (package.submodule_search_locations or []) if package else []:
        if (file := Path(folder, "duckdb")).exists():
            return file
    raise NoShell("DuckDB's shell is missing. What to do: pip install duckdb-cli==1.5.5")


def init_script(s3: S3Settings, store: ObjectStore, snapshot_id: str) -> str:
    """The shell's first commands, used instead of the user's `.duckdbrc`, which could break it."""
    keys = [f"getenv({duck.quoted(name)})" for name in (KEY_ID, SECRET, SESSION_TOKEN)]
    return "\n".join(
        [
            ".startup_text none",
            ".mode trash",
            f"load {duck.quoted(str(duck.httpfs_file()))};",
            f"{duck.lake_secret(s3, *keys)};",
            "set TimeZone = 'UTC';",
            f"{attach(store, snapshot_id)};",
            "use marts;",
            ".mode duckbox",
            ".prompt 'marts> ' '   ..> '",
            ".bail off",
            "",
        ]
    )


def shell_environment(s3: S3Settings) -> dict[str, str]:
    """The environment with the current keys to the lake."""
    keys = credentials(s3)
    return {
        **os.environ,
        KEY_ID: keys.key_id,
        SECRET: keys.secret,
        SESSION_TOKEN: keys.session_token,
    }


def greeting(manifest: SnapshotManifest) -> str:
    """Which snapshot this is, and what to try first."""
    estimates = manifest.datasets.get(headline().id)
    kind = "SAMPLE data, not a real market" if manifest.is_sample else "real data"
    return "\n".join(
        [
            f"Short-drama marts: {kind}.",
            f"Snapshot {manifest.snapshot_id}, published {manifest.created_at:%Y-%m-%d %H:%M} UTC.",
            f"Estimates up to {(estimates and estimates.as_of) or 'no day yet'}.",
            "Read-only. `show tables;` lists the marts, `.quit` leaves.",
            "A cookbook of questions: dbt_project/analyses (try `.read FILE`).",
            "",
        ]
    )
