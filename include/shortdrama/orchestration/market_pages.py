"""Market pages as Airflow's API server serves them, below the same login as the status page."""

from typing import Annotated

from botocore.exceptions import BotoCoreError, ClientError
from fastapi import APIRouter, Header, Path
from fastapi.responses import HTMLResponse

from shortdrama.core.errors import Failure
from shortdrama.core.settings import settings
from shortdrama.health.overview.page import unreachable_page
from shortdrama.lake.store import ObjectStore
from shortdrama.market_page.archive import find_page
from shortdrama.market_page.render import CONTENT_SECURITY_POLICY
from shortdrama.reports.words.formats import LocaleName
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id

HEADERS = {
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
NOT_FOUND, UNAVAILABLE = 404, 503
SNAPSHOT_ID = r"^\d{8}T\d{6}Z-[0-9a-f]{8}$"

router = APIRouter(prefix="/market")


@router.get("")
def current(
    language: LocaleName | None = None, accept_language: Annotated[str, Header()] = "en"
) -> HTMLResponse:
    """The page of the current snapshot, in the browser's language unless another is asked for."""
    return _answer(None, language or ("zh" if accept_language.startswith("zh") else "en"))


@router.get("/{snapshot_id}/market-{locale}.html")
def of_snapshot(
    snapshot_id: Annotated[str, Path(pattern=SNAPSHOT_ID)], locale: LocaleName
) -> HTMLResponse:
    """The page of a snapshot, at the address that mails name."""
    return _answer(snapshot_id, locale)


def _answer(snapshot_id: str | None, locale: LocaleName) -> HTMLResponse:
    settings.cache_clear()  # as for the status page
    try:
        store = ObjectStore.of(settings().s3, quick=True)
        wanted = snapshot_id or current_snapshot_id(store)
        body = find_page(store, wanted, locale) if wanted else None
    except (Failure, BotoCoreError, ClientError) as error:
        return HTMLResponse(unreachable_page(str(error)), UNAVAILABLE, HEADERS)
    if body is None:
        why = (
            f"snapshot {wanted} has no market page in {locale}" if wanted
            else "nothing is published yet"
        )  # fmt: skip
        return HTMLResponse(MISSING.format(why=why), NOT_FOUND, HEADERS)
    return HTMLResponse(body, headers=HEADERS)


MISSING = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>No market page</title>'
    "<p>There is no page to show: {why}. The task market_page of the DAG market_marts makes it"
    " after each publish; `shortdrama explore` makes one on your machine.</p></html>"
)
