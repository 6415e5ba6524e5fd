"""Briefs on the command line: who was sent one, and what to do about an unknown send."""

import json
from typing import Annotated

import typer

from shortdrama.cli.shared import Json, open_store
from shortdrama.core.settings import settings

app = typer.Typer(no_args_is_help=True, help="Briefs, and who was sent them.")

Period = Annotated[str, typer.Argument(metavar="WEEK", help="The brief's week, e.g. 2025-W39.")]
STATES = {"claimed": "unknown"}
"""A claim without an outcome: the mail may have left."""


@app.command("sends")
def list_sends(period: Period, as_json: Json = False) -> None:
    """List who was sent the brief of a week, and for whom that is not known.

    The last column is the id by which logs and marts name the recipient.
    """
    from shortdrama.lake.old_sends import read_sends, recipient_id
    from shortdrama.reports.old_archive import edition_id

    records = read_sends(open_store(), edition_id(_checked(period))).values()
    if as_json:
        print(json.dumps([record.model_dump(mode="json") for record in records]))
        return
    for record in records:
        at = record.settled_at or record.claimed_at
        state = STATES.get(record.state, record.state)
        who = f"{record.address}  {recipient_id(record.address)}"
        print(f"{state:8}{at:%Y-%m-%d %H:%M}  {record.locale}  {who}")
        if record.error:
            print(f"  {record.error}")
    if not records:
        print(f"the brief of {period} was sent to nobody")


@app.command()
def release(period: Period, address: Annotated[str, typer.Argument(help="The recipient.")]) -> None:
    """Try an unknown send again; do this only if you checked that no mail arrived."""
    from shortdrama.reports import old_ledger as ledger

    ledger.release(open_store(), _checked(period), address, settings().clock.now())
    print(f"released: the next run of market_reports for {period} tries {address}")
    print(f'  shortdrama airflow dags trigger market_reports --conf \'{{"period": "{period}"}}\'')


def _checked(period: str) -> str:
    from shortdrama.reports.periods import IsoWeek

    try:
        return IsoWeek.parse(period).label
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
