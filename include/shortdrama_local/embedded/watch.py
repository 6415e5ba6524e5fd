"""`shortdrama watch` of a home: it mails what the scheduler cannot."""

import time
from contextlib import suppress

from shortdrama_local.embedded.airflow import airflow_environment
from shortdrama_local.embedded.machine import Machine
from shortdrama_local.embedded.service import Service, tool

LOOKS_WITHIN = 300.0
"""Seconds. It looks each minute, and a look at services that hang takes less than two."""


def _looks(_: Machine) -> bool:
    """Whether it has looked lately: it answers no questions, but each look writes a file."""
    from shortdrama.alerts.watching import memory

    with suppress(FileNotFoundError):
        return time.time() - memory().stat().st_mtime < LOOKS_WITHIN
    return False


WATCH = Service(
    name="watch",
    title="the watch over Airflow",
    command=lambda _: [tool("shortdrama"), "watch"],
    healthy=_looks,
    settle_seconds=5,
    environment=airflow_environment,
)
