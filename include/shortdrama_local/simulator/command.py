"""The command that runs the simulator."""

from copy import deepcopy
from datetime import datetime
from typing import Annotated

import typer
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from shortdrama.core.clock import Clock, parse_instant
from shortdrama_local.simulator.app import create_app
from shortdrama_local.simulator.model import market_model


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
    """Serve the sources' wire formats from the sample market, on its own.

    \b
    Appfigures API v2            (Authorization: Bearer TOKEN)
      /v2/reports/estimates      /v2/products/mine   /v2/products/{id}
      /v2/unified-apps/search    /v2/products/{store}/{id at the store}
      /v2/unified-apps/{id}      /v2/usage
      /v2/ranks/{ids}/daily/{start}/{end}

    \b
    TikTok Creative Center       (Authorization: Bearer TOKEN)
      /creative_radar_api/v1/popular_trend/hashtag/list
      /creative_radar_api/v1/popular_trend/hashtag/detail

    \b
    TikTok API for Business      (Access-Token: TOKEN)
      /open_api/v1.3/discovery/trending_list/
      /open_api/v1.3/discovery/detail/

    \b
    Every answer carries X-Shortdrama-Sample: true. What is told of a day
    depends on the clock: a day is revised until it is 30 days old, and Google
    Play tells it one day later than Apple.

    \b
    Settings while it runs, without a token (GET shows, PUT sets):
      /simulator/clock   {"frozen_at": "2025-10-06T06:00:00Z"}; null: it runs
      /simulator/quota   {"limit": 59, "used": 0}; after that it answers 420
      /simulator/faults  {"/v2/ranks": "http_500"}, or in full
                         {"/v2/ranks": {"fault": "slow", "seconds": 2,
                                        "times": 1}}; DELETE clears them
    `times` limits a fault to the route's next calls; `seconds` is how late a
    slow answer comes, and what Retry-After says.

    \b
    Faults (which route has which is answered when one does not fit):
      http_401  http_403  http_403_api_disabled  http_420  http_429
      http_429_retry_after  http_500  http_502  slow  connection_reset
      truncated_json  wrong_content_type  error_object_200  html_error_page
      duplicated_page  missing_page  changed_page_order  extra_field
      missing_field  changed_type  currency_change  negative_downloads
    """  # noqa: D301 (click keeps the lines after the control character)
    app = create_app(market_model(), Clock(clock), token)
    uvicorn.run(app, host=host, port=port, log_config=_terse_log(), server_header=False)


def _terse_log() -> dict[str, object]:
    """Uvicorn's own, with one short line per request."""
    config = deepcopy(LOGGING_CONFIG)
    config["formatters"]["access"]["fmt"] = "%(asctime)s %(status_code)s %(request_line)s"
    return config
