"""Airflow imports this in every process that it starts; the name is Airflow's.

Great Expectations takes seconds to import, and every task is a process of its own. The scheduler's
task processes are forked from it, so what it has imported costs them nothing. All other Airflow
processes and commands are spared.
"""

import sys


def _is_scheduler() -> bool:
    return "scheduler" in sys.argv[1:2]


if _is_scheduler():
    import shortdrama.gates.load_gate
    import shortdrama.gates.mart_gate
    import shortdrama.loads.admit
    import shortdrama.loads.pull
    import shortdrama.reports.weekly_brief
    import shortdrama.warehouse.publish  # noqa: F401
