"""How things stand, and whether everything works."""

import json

import typer
from rich.markup import escape
from rich.table import Table

from shortdrama.cli.shared import Json, open_store, out
from shortdrama.core.settings import settings


def status(as_json: Json = False) -> None:
    """How old each dataset is, what was refused since, and what is published."""
    from shortdrama.ingest.quota import quotas_of
    from shortdrama.warehouse.build.inputs import read_inputs
    from shortdrama.warehouse.snapshots.pointer import read_pointer

    store = open_store()
    states = read_inputs(store).states()
    quotas = quotas_of(store, settings().clock.today())
    pointer, _ = read_pointer(store)
    current, hold = (pointer.snapshot_id, pointer.hold) if pointer else (None, None)
    if as_json:
        datasets = {name: state.model_dump(mode="json") for name, state in states.items()}
        quota = {told.source: told.model_dump(exclude={"source"}) for told in quotas}
        held = hold.model_dump(mode="json") if hold else None
        print(json.dumps({"snapshot": current, "hold": held, "datasets": datasets, "quota": quota}))
        return
    table = Table("dataset", "loads", "as of", "said at (UTC)", "refused")
    for name, state in states.items():
        said = f"{state.said_at:%Y-%m-%d %H:%M}" if state.said_at else "never"
        refused = str(len(state.refused_since) or "")
        table.add_row(name, str(len(state.load_ids)), state.as_of or "", said, refused)
    out.print(table)
    out.print(f"published snapshot: {current or 'none yet'}")
    if hold:
        out.print(f"publishing is {escape(str(hold))}")
    for told in quotas:
        out.print(str(told))
    for name, state in states.items():
        if state.refused_since:
            out.print(f"\n[bold]{name}[/bold] stays at its last accepted load; refused since:")
        for reason in state.refused_since:
            out.print(f"- {escape(reason)}")


def doctor(as_json: Json = False) -> None:
    """Check endpoints, credentials, conditional puts, quota and the extension."""
    from shortdrama.health.doctor import examine

    checks = []
    for check in examine(settings()):
        checks.append(check)
        if not as_json:
            mark = "[green]ok[/green]  " if check.ok else "[red]FAIL[/red]"
            out.print(f"{mark} {check.name}: {check.detail}")
    if as_json:
        print(json.dumps([vars(check) for check in checks]))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
