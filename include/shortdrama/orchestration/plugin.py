"""The pipeline's plugin of Airflow: its pages and their places in the navigation.

Every Airflow process imports this, tasks too, so it imports almost nothing itself.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PATH = "shortdrama"
"""Where the page is, below the address of Airflow."""


async def status_app(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """The application of `status_page`, imported by the first request: it takes a second."""
    from shortdrama.orchestration.status_page import app

    await app(scope, receive, send)


class ShortdramaPlugin(AirflowPlugin):
    """What Airflow's API server adds to itself."""

    name = "shortdrama"
    fastapi_apps = [  # noqa: RUF012 - Airflow reads these as class attributes
        {"app": status_app, "url_prefix": f"/{PATH}", "name": "Pipeline status"}
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Pipeline",  # a longer name is cut off in the navigation
            # Relative, so that it also works where Airflow is served below a path.
            "href": f"{PATH}/status",
            "destination": "nav",
            "url_route": "pipeline-status",
            "nav_top_level": True,
        },
        {
            "name": "Market",
            "href": f"{PATH}/market",
            "destination": "nav",
            "url_route": "market-page",
            "nav_top_level": True,
        },
        {
            "name": "Models",
            "href": f"{PATH}/models",
            "destination": "nav",
            "url_route": "dbt-models",
            "category": "browse",
        },
    ]
