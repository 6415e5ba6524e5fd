"""Airflow's own command line."""

import os
import sys
from pathlib import Path
from subprocess import run

import typer

from shortdrama.core.machine import local_machine


def airflow(context: typer.Context) -> None:
    """Airflow's own command line; on one machine, of this home's Airflow."""
    machine = local_machine()
    env = os.environ if machine is None else machine.airflow_environment()
    tool = str(Path(sys.executable).parent / "airflow")
    ended = run([tool, *context.args], env=env, check=False)  # noqa: S603 - Airflow's own command
    raise typer.Exit(ended.returncode)
