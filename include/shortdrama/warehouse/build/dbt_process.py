"""The process that `dbt.py` forks: it runs dbt, prints its output, and ends with its parent."""

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
    """Run dbt with only that environment; exit with 0 if all went well.

    Everything that it and its libraries print goes to the file descriptor `output`.
    """
    _forget_the_parent(environment, output)
    Thread(target=_end_with_parent, daemon=True).start()
    # It lives only for seconds: unused memory is freed when it ends.
    gc.disable()
    # Imported here: they take seconds to import, and only a build needs them.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    result = dbtRunner(callbacks=[_print]).invoke(arguments)
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if result.exception is not None:
        _say(f"Encountered an error:\n{result.exception}")
    sys.exit(0 if result.success else 1)


def _forget_the_parent(environment: dict[str, str], output: int) -> None:
    """Replace the parent's environment, output and signal handlers."""
    os.environ.clear()
    os.environ.update(environment)
    # These first: an Airflow task's own streams close their descriptors when they are released.
    sys.stdout = sys.stderr = os.fdopen(output, "w", encoding="utf-8", buffering=1)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    faulthandler.enable()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with_parent() -> None:
    """End dbt when a build is killed; otherwise it would keep the warehouse's lock."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _print(event: Any) -> None:
    """Print an event like dbt's own logger, which also formats thousands of less important ones."""
    if event.info.level in ("info", "warn", "error"):
        _say(event.info.msg)


def _say(text: str) -> None:
    from dbt_common.events.functions import env_scrubber

    # In one call, because several threads print.
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S}  {env_scrubber(text)}\n")
