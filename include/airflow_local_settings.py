"""Airflow imports this in every process that it starts; the name is Airflow's.

Great Expectations and dbt take seconds to import, and every task is a process of its own. Task
processes are forked from the scheduler, or from a worker, so what it has imported costs them
nothing. All other Airflow processes and commands are spared.
"""

import logging
import os
import sys
from importlib import import_module


def _starts_tasks() -> bool:
    return "scheduler" in sys.argv[1:2] or sys.argv[1:3] == ["celery", "worker"]


if _starts_tasks():
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    # dbt, once imported, takes variables from a `.env` of the working folder: the team's stack has
    # one, with its passwords.
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    for module in (
        "dbt.adapters.duckdb",
        "dbt.cli.main",
        "great_expectations",
        "shortdrama.gates.load_gate",
        "shortdrama.gates.mart_gate",
        "shortdrama.ingest.admit",
        "shortdrama.ingest.pull",
        "shortdrama.reports.charts.draw",
        "shortdrama.reports.registry",
        "shortdrama.warehouse.publish.publish",
    ):
        import_module(module)
