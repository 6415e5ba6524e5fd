"""The status page as Airflow's API server serves it, behind Airflow's own login.

Airflow mounts a plugin's application as it is, without its own login. So everything here depends on
the right to see plugins, and the routes that describe an API are switched off.
"""

from functools import cache

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from shortdrama.core.errors import Failure
from shortdrama.core.settings import settings
from shortdrama.health.overview.page import CONTENT_SECURITY_POLICY, page, unreachable_page
from shortdrama.health.overview.read import read_overview
from shortdrama.lake.store import ObjectStore
from shortdrama.orchestration import market_pages

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UNAVAILABLE = 503

MAY_SEE = requires_access_view(AccessView.PLUGINS)

app = FastAPI(title="Pipeline status", dependencies=[Depends(MAY_SEE)], openapi_url=None)
app.include_router(market_pages.router)


@app.get("/status")
def status(until: str | None = None) -> HTMLResponse:
    """The page; `until` is the last month of its calendar. 503 while the lake cannot be read."""
    # Read again each time: on one machine a frozen clock may have been moved.
    settings.cache_clear()
    try:
        content = page(read_overview(settings(), _store()), until)
    except (Failure, BotoCoreError, ClientError) as error:
        return HTMLResponse(unreachable_page(str(error)), UNAVAILABLE, HEADERS)
    return HTMLResponse(content, headers=HEADERS)


@cache
def _store() -> ObjectStore:
    """One store for all requests: what was read of a ledger is kept by store."""
    return ObjectStore.of(settings().s3, quick=True)
