"""The state of the pipeline, and whether everything works."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from shortdrama.cli import overview as text
from shortdrama.cli.shared import Json, open_store, out
from shortdrama.core import machine
from shortdrama.core.errors import Failure
from shortdrama.core.machine import ServiceState
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.health.airflow_state import AirflowState
    from shortdrama.health.overview.model import Overview


MARKS = {True: "[green]ok[/green]  ", False: "[red]FAIL[/red]", None: "[yellow]--[/yellow]  "}
"""Of a check that was passed, failed, or not made."""


def status(as_json: Json = False) -> None:
    """Show what each dataset covers and lacks, what is published and due, and how Airflow is."""
    from shortdrama.health.overview.read import read_overview
    from shortdrama.health.running import free_bytes

    overview = read_overview(settings(), open_store())
    airflow = _ask_airflow()
    services = machine.services()
    if as_json:
        document = {
            **_document(overview),
            "airflow": {"error": airflow} if isinstance(airflow, str) else asdict(airflow),
            "services": [asdict(service) for service in services],
            "disk_free_bytes": free_bytes(),
        }
        print(json.dumps(document, default=_as_text))
        return
    out.print(text.table(overview))
    for line in (
        *text.coverage(overview),
        "",
        *text.lines(overview),
        *text.backfills(overview),
        *text.refusals(overview),
    ):
        out.print(line, highlight=False)
    out.print()
    for line in [airflow] if isinstance(airflow, str) else _about_airflow(airflow):
        out.print(escape(line), highlight=False)
    out.print(f"disk: {free_bytes() / 1e9:.1f} GB left", highlight=False)
    if services:
        out.print(_services_table(services))


def doctor(
    as_json: Json = False,
    with_airflow: Annotated[
        bool, typer.Option("--airflow/--no-airflow", help="Whether Airflow must be running.")
    ] = True,
) -> None:
    """Check the lake, the sources, mail, the extension and Airflow, and say what to correct."""
    from shortdrama.health.doctor import examine

    checks = []
    for check in examine(settings(), with_airflow=with_airflow):
        checks.append(check)
        if not as_json:
            mark = MARKS[check.ok]
            out.print(f"{mark} {check.name}: {escape(check.detail)}")
    if as_json:
        print(json.dumps([vars(check) for check in checks]))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _document(overview: "Overview") -> dict[str, Any]:
    """The overview for machines: datasets and quotas by name."""
    document = overview.model_dump(mode="json", exclude={"datasets", "quotas", "marts"})
    marts = overview.marts.model_dump(mode="json")
    return document | {
        "snapshot": marts.pop("snapshot_id"),
        "hold": marts.pop("hold"),
        "marts": marts,
        "datasets": {one.dataset: one.model_dump(mode="json") for one in overview.datasets},
        "quota": {one.source: one.model_dump(mode="json") for one in overview.quotas},
    }


def _ask_airflow() -> "AirflowState | str":
    """How Airflow is, or why it cannot be asked."""
    from shortdrama.health.airflow_state import read_airflow

    try:
        return read_airflow(settings().airflow)
    except Failure as error:
        return str(error)


def _about_airflow(airflow: "AirflowState") -> list[str]:
    now = airflow.asked_at
    lines = [
        f"scheduler: {_heartbeat(airflow.scheduler_heartbeat, now, airflow.scheduler_is_dead)}",
        f"DAG processor:"
        f" {_heartbeat(airflow.dag_processor_heartbeat, now, airflow.dag_processor_is_dead)}",
    ]
    waiting = airflow.oldest_waiting
    if waiting:
        paused = ", paused" if waiting.dag in airflow.paused else ""
        lines.append(
            f"waits longest: {'.'.join(filter(None, (waiting.dag, waiting.task)))}{paused},"
            f" for {_ago(now, waiting.since)}, run {waiting.run}"
        )
    if airflow.next_run:
        lines.append(f"next run: {airflow.next_run.dag} at {_minute(airflow.next_run.at)} UTC")
    else:
        lines.append("next run: none is scheduled")
    if airflow.paused:
        lines.append(f"paused: {', '.join(airflow.paused)}")
    lines += [f"cannot be read: {broken.file}: {broken.error}" for broken in airflow.import_errors]
    return lines


def _heartbeat(heartbeat: datetime | None, now: datetime, dead: bool) -> str:
    if heartbeat is None:
        return "DEAD, there was never a heartbeat"
    return f"{'DEAD, ' if dead else ''}last heartbeat {_ago(now, heartbeat)} ago"


def _services_table(services: Sequence[ServiceState]) -> Table:
    table = Table("service", "state", "since", "again", "last restart (UTC)")
    for service in services:
        last = ""
        if service.last_restart:
            last = f"{_minute(service.last_restart)}, {service.last_cause}"
        since = _minute(service.since) if service.since else ""
        table.add_row(service.name, service.state, since, str(service.restarts or ""), last)
    return table


def _minute(instant: datetime) -> str:
    return f"{instant:%m-%d %H:%M}"


def _ago(now: datetime, then: datetime) -> str:
    """A length of time, in the largest unit of which it has at least two."""
    seconds = max(0, round((now - then).total_seconds()))
    for name, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}"
    return f"{seconds} s"


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
