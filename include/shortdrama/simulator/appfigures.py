"""Appfigures API v2: products, unified apps, estimates, usage.

Estimates lag: nothing is told of today, Apple's last day is the day before yesterday and Google
Play's the day before that.
"""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from secrets import compare_digest
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from shortdrama.simulator.apps import APPLE, GOOGLE
from shortdrama.simulator.controls import Controls, Fault
from shortdrama.simulator.estimates_answer import (
    comma_separated,
    flat,
    nested,
    rows,
)
from shortdrama.simulator.estimates_query import parse_query
from shortdrama.simulator.estimates_table import estimates_table
from shortdrama.simulator.listings import UnifiedApps, known, page_of, product_object
from shortdrama.simulator.model import MarketModel
from shortdrama.simulator.vendor_error import VendorError, bad_request

BASE_PATH = "/v2"
ESTIMATES = "/reports/estimates"

DAYS_MISSING = {APPLE: 1, GOOGLE: 2}
"""Days before the clock's date that a store has no estimates of yet."""

Count = Annotated[int, Query(ge=1)]


def appfigures_api(model: MarketModel, controls: Controls) -> FastAPI:
    """The API as an application to mount under `BASE_PATH`."""
    api = FastAPI(title="Appfigures API v2 (simulated)")
    _answer_errors_like_the_vendor(api)
    _guard(api, controls)
    _product_routes(api, model, controls)
    _estimate_route(api, model, controls)

    @api.get("/usage")
    def usage() -> dict[str, Any]:
        return {"api_requests": _usage(controls), "partner_api": _usage(controls)}

    return api


def _product_routes(api: FastAPI, model: MarketModel, controls: Controls) -> None:
    unified_apps = UnifiedApps(model)

    @api.get("/products/mine")
    def products_mine(
        count: Count | None = None, page: Count | None = None, store: str | None = None
    ) -> dict[str, Any]:
        today = controls.clock.today()
        found = [
            product
            for product in model.products
            if known(product, today) and store in (None, product.store)
        ]
        if count is None and page is None:  # the older form: an object keyed by id
            return {str(product.id): product_object(product, today) for product in found}
        shown, metadata = page_of(found, count or 25, page or 1)
        return {
            "metadata": metadata,
            "results": [product_object(product, today) for product in shown],
        }

    @api.get("/products/{product_id}")
    def product(product_id: int) -> dict[str, Any]:
        today = controls.clock.today()
        found = model.product_by_id.get(product_id)
        if found is None or not known(found, today):
            raise VendorError(404, f"Product {product_id} was not found")
        return product_object(found, today)

    @api.get("/unified-apps/search")
    def unified_apps_search(q: str = "", count: Count = 25, page: Count = 1) -> dict[str, Any]:
        today = controls.clock.today()
        shown, metadata = page_of(unified_apps.named(q, today), count, page)
        return {"metadata": metadata, "results": unified_apps.render(shown, today)}


def _estimate_route(api: FastAPI, model: MarketModel, controls: Controls) -> None:
    @api.get(ESTIMATES)
    def estimates(request: Request) -> Response:
        today = controls.clock.today()
        query = parse_query(request.query_params, today, model.product_by_id)
        table = estimates_table(model, query, _last_days(today))
        if controls.faults.get(BASE_PATH + ESTIMATES) is Fault.NEGATIVE_DOWNLOADS:
            table = table.with_negative_downloads()
        answer = rows(table, query, model)
        headers = {"x-currency": "USD"}
        if query.format == "flat":
            return StreamingResponse(flat(answer), media_type="application/json", headers=headers)
        if query.format == "csv":
            return Response(comma_separated(answer), media_type="text/csv", headers=headers)
        tree = nested(answer, query, lambda key: product_object(model.product_by_id[key], today))
        return Response(orjson.dumps(tree), media_type="application/json", headers=headers)


def _last_days(today: date) -> dict[str, date]:
    return {store: today - timedelta(days=missing + 1) for store, missing in DAYS_MISSING.items()}


def _guard(api: FastAPI, controls: Controls) -> None:
    """Token, then quota; every answer says how much of the day's quota is used."""

    @api.middleware("http")
    async def guard(
        request: Request, proceed: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        today = controls.clock.today()
        refusal = _refusal(request, controls)
        response = refusal.response() if refusal else await proceed(request)
        response.headers["X-Request-Limit"] = str(controls.quota.limit)
        response.headers["X-Request-Usage"] = str(controls.quota.used(today))
        return response


def _refusal(request: Request, controls: Controls) -> VendorError | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return VendorError(401, "Could not authenticate: no access token was sent")
    if not compare_digest(token.encode(), controls.token.encode()):
        return VendorError(403, "AccessToken invalid", "make a new personal access token")
    today, quota = controls.clock.today(), controls.quota
    if not quota.take(today):
        return VendorError(
            420,
            "Chill Out!",
            f"used {quota.used(today)} of {quota.limit} daily requests",
            see_also="https://appfigures.com/support/faq#/question/420",
        )
    return None


def _usage(controls: Controls) -> dict[str, Any]:
    today, quota = controls.clock.today(), controls.quota
    used = quota.used(today)
    return {
        "total": quota.limit,
        "used": used,
        "remaining": quota.limit - used,
        "history": {
            "total": quota.limit,
            "today": used,
            "history": {f"{day}T00:00:00Z": n for day, n in quota.history(today).items()},
        },
    }


def _answer_errors_like_the_vendor(api: FastAPI) -> None:
    @api.exception_handler(VendorError)
    def vendor_error(_: Request, error: VendorError) -> Response:
        return error.response()

    @api.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        return VendorError(error.status_code, str(error.detail), request.url.path).response()

    @api.exception_handler(RequestValidationError)
    def bad_parameter(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return bad_request(f"{first['loc'][-1]}: {first['msg']}").response()
