"""Loads on the command line."""

from datetime import datetime
from typing import Annotated

import typer

from shortdrama.config import settings

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


def plan(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. appfigures.estimates.")],
    start: Day,
    end: Day,
) -> None:
    """Say what a span of days would cost in calls, without making any."""
    from shortdrama.embedded.stack import store_if_embedded
    from shortdrama.lake.store import ObjectStore
    from shortdrama.loads.plan import planned_calls
    from shortdrama.sources.connector import PullRequest
    from shortdrama.windows import Window

    dataset_id = dataset if "." in dataset else f"appfigures.{dataset}"
    if end < start:
        raise typer.BadParameter(f"the span ends ({end:%Y-%m-%d}) before it starts")
    store_if_embedded()
    store = ObjectStore.of(settings().s3)
    total = 0
    for window in Window(start=start.date(), end=end.date()).split():
        request = PullRequest(dataset=dataset_id, run_key="plan", window=window)
        try:
            calls = planned_calls(request, settings(), store)
        except KeyError as error:
            raise typer.BadParameter(str(error.args[0])) from None
        if calls is None:
            print(f"{dataset_id} says only in its answers how many calls it takes")
            return
        print(f"{window}  {calls:5} calls")
        total += calls
    print(f"{dataset_id} {start:%Y-%m-%d}..{end:%Y-%m-%d}: {total} calls planned")
