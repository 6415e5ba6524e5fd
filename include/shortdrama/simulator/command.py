"""The command that runs the simulator."""

from copy import deepcopy
from datetime import datetime
from typing import Annotated

import typer
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from shortdrama.clock import Clock, parse_instant
from shortdrama.simulator.app import create_app
from shortdrama.simulator.model import market_model


def serve(
    token: Annotated[
        str,
        typer.Option(envvar="SHORTDRAMA_SIMULATOR_TOKEN", help="What clients must send."),
    ],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8600,
    clock: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_instant, help="ISO instant to stand still at; UTC if it has no zone."
        ),
    ] = None,
) -> None:
    """Serve the sources' wire formats from the sample market."""
    app = create_app(market_model(), Clock(clock), token)
    uvicorn.run(app, host=host, port=port, log_config=_terse_log(), server_header=False)


def _terse_log() -> dict[str, object]:
    """Uvicorn's own, with one short line per request."""
    config = deepcopy(LOGGING_CONFIG)
    config["formatters"]["access"]["fmt"] = "%(asctime)s %(status_code)s %(request_line)s"
    return config
