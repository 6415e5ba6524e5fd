"""What the entry point `shortdrama.machine` names: see `shortdrama.core.machine`."""

from collections.abc import Mapping, Sequence

import typer

from shortdrama.core.machine import ServiceState
from shortdrama_local import commands


def add_commands(app: typer.Typer) -> None:
    """Add the commands of one machine."""
    from shortdrama_local.simulator.command import serve

    app.command("demo")(commands.demo)
    app.command("up")(commands.up)
    app.command("down")(commands.down)
    app.command("airflow-backfill")(commands.airflow_backfill)
    app.command("simulator")(serve)
    app.command("omdia-workbooks")(commands.omdia_workbooks)
    app.command("minis-files")(commands.minis_files)


def ensure_store() -> None:
    """Start the store of this home, if the home has one of its own."""
    from shortdrama_local.embedded.stack import store_if_embedded

    store_if_embedded()


def prove(host: str, port: int) -> None:
    """Raise NotThisHome if the address is this home's, but what listens there is not."""
    from shortdrama_local.embedded import identity

    identity.prove(host, port)


def services() -> Sequence[ServiceState]:
    """The state of this home's services; empty if none was started."""
    from shortdrama_local.embedded import states

    return states.services()


def airflow_environment() -> Mapping[str, str]:
    """The environment of this home's Airflow."""
    from shortdrama_local.embedded import airflow
    from shortdrama_local.embedded.machine import this_machine
    from shortdrama_local.embedded.service import complete

    return complete(airflow.airflow_environment(this_machine()))
