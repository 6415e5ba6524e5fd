"""The process that `dbt.py` forks: dbt, what it prints, and its end with its parent."""

import faulthandler
import gc
import multiprocessing
import os
import signal
import sys
from datetime import UTC, datetime
from threading import Thread
from typing import Any


def run(arguments: list[str], environment: dict[str, str], output: int) -> None:
    """Run dbt with that environment alone; exits with 0 if all went well.

    All that it and its libraries print goes to the file descriptor `output`.
    """
    _forget_the_parent(environment, output)
    Thread(target=_end_with_parent, daemon=True).start()
    # It lives for seconds: what it does not use any more goes with it.
    gc.disable()
    # Here and not above: they take seconds to import, and only a build needs them.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    result = dbtRunner(callbacks=[_print]).invoke(arguments)
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if result.exception is not None:
        _say(f"Encountered an error:\n{result.exception}")
    sys.exit(0 if result.success else 1)


def _forget_the_parent(environment: dict[str, str], output: int) -> None:
    """The parent's environment, output and signal handlers are not dbt's."""
    os.environ.clear()
    os.environ.update(environment)
    # First these: an Airflow task's own streams close their descriptors when they are let go.
    sys.stdout = sys.stderr = os.fdopen(output, "w", encoding="utf-8", buffering=1)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    faulthandler.enable()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with_parent() -> None:
    """A build that is killed leaves no dbt behind, which would hold the warehouse's lock."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _print(event: Any) -> None:
    """Print an event as dbt's own logger would, which also formats thousands of lesser ones."""
    if event.info.level in ("info", "warn", "error"):
        _say(event.info.msg)


def _say(text: str) -> None:
    from dbt_common.events.functions import env_scrubber

    # In one piece: several threads speak.
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S}  {env_scrubber(text)}\n")
