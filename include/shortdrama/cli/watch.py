"""`shortdrama watch`: sees from outside the scheduler what the scheduler cannot report."""

import time
from typing import Annotated

import typer

from shortdrama.cli.shared import err, out
from shortdrama.core.settings import settings


def watch(
    once: Annotated[bool, typer.Option("--once", help="Look once, for cron.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=1)] = 60,
) -> None:
    """Mail the engineers when nothing is published or Airflow is silent; send mail that waits.

    With --once it exits with 1 when something is wrong.
    """
    from rich.markup import escape

    from shortdrama.alerts.watching import watch_once

    def say(text: str) -> None:
        out.print(escape(text), soft_wrap=True)

    while True:
        # Read again each time: on one machine a service may come back on another port.
        settings.cache_clear()
        try:
            found = watch_once(settings(), say)
        except Exception as error:
            # Go on: the next look may succeed, and no mail would say that the watch has ended.
            err.print(f"this look failed: {escape(str(error) or type(error).__name__)}")
            found = 1
        if once:
            raise typer.Exit(1 if found else 0)
        time.sleep(every)
