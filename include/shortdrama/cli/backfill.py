"""Backfills on the command line."""

from datetime import datetime
from typing import Annotated

import typer

from shortdrama.cli.shared import Json, open_store
from shortdrama.core.settings import settings

app = typer.Typer(
    no_args_is_help=True, help="Pull a span of days again: planned, staged, then published."
)


@app.command()
def plan(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. appfigures.estimates.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    because: Annotated[str, typer.Option(help="Why. It is kept, and others will read it.")],
    countries: Annotated[
        str, typer.Option(help="Country codes, with commas. Default: all that are asked for.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--all/--missing", help="All days again, or only what is missing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a backfill would pull and cost, without starting it or asking the source."""
    from shortdrama.backfill.asking import checked, dataset_for_backfill
    from shortdrama.backfill.outlook import countries_of, known_for
    from shortdrama.backfill.plan import plan as make_plan
    from shortdrama.backfill.shown import shown_plan

    store = open_store()
    asked = checked(
        dataset,
        first.date(),
        last.date(),
        [code for code in countries.split(",") if code.strip()],
        "all" if again else "missing",
        because,
        known=countries_of(dataset_for_backfill(dataset), settings(), store),
        today=settings().clock.today(),
    )
    made = make_plan(asked, known_for(asked, settings(), store))
    print(made.as_json() if as_json else shown_plan(made))
