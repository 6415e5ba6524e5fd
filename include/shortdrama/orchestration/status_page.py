"""The status page and dbt's pages as Airflow's API server serves them, behind Airflow's login.

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
from shortdrama.core.settings import REPOSITORY, settings
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
NOT_FOUND = 404
MODELS = REPOSITORY / "build" / "docs" / "static_index.html"
"""One file with everything in it, no network."""
ITS_OWN_SCRIPTS = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline';"
    " img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
NO_MODELS = (
    "<!doctype html><title>Models</title><p>dbt's pages have not been written on this machine."
    " What to do: run <code>make dbt-docs</code> beside the code, and reload."
)

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


@app.get("/models")
def models() -> HTMLResponse:
    """The page of all models and columns, as `make dbt-docs` wrote it."""
    try:
        content = MODELS.read_text(encoding="utf-8")
    except OSError:
        return HTMLResponse(NO_MODELS, NOT_FOUND, HEADERS)
    return HTMLResponse(content, headers=HEADERS | {"Content-Security-Policy": ITS_OWN_SCRIPTS})


@cache
def _store() -> ObjectStore:
    """One store for all requests: what was read of a ledger is kept by store."""
    return ObjectStore.of(settings().s3, quick=True)
