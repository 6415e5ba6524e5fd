"""Appfigures API v2: products, unified apps, estimates, ranks, usage, reference data.

Estimates lag: nothing is told of today, Apple's last day is the day before yesterday and Google
Play's the day before that.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from secrets import compare_digest
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from shortdrama_local.simulator import reference
from shortdrama_local.simulator.apps import Product
from shortdrama_local.simulator.charts import charts_of
from shortdrama_local.simulator.controls import Controls, Quota
from shortdrama_local.simulator.estimates_answer import comma_separated, flat, nested
from shortdrama_local.simulator.estimates_query import parse_query
from shortdrama_local.simulator.estimates_rows import NOTHING, estimates_rows
from shortdrama_local.simulator.fault_effects import page_to_send
from shortdrama_local.simulator.listings import (
    UnifiedApps,
    known,
    matching,
    page_of,
    product_object,
)
from shortdrama_local.simulator.model import MarketModel
from shortdrama_local.simulator.paths import APPFIGURES
from shortdrama_local.simulator.ranks import parse_ranks, ranks_json
from shortdrama_local.simulator.vendor_error import (
    VendorError,
    bad_request,
    bad_token,
    chill_out,
    not_authenticated,
)

Count = Annotated[int, Query(ge=1)]

PAID_ROUTES = ("/reports/estimates", "/ranks/")
CREDITS_PER_CALL = 1


def appfigures_api(model: MarketModel, controls: Controls) -> FastAPI:
    """The API as an application to mount where `paths` says."""
    api = FastAPI(title="Appfigures API v2 (simulated)")
    _answer_errors_like_the_vendor(api)
    _guard(api, controls)
    _product_routes(api, model, controls)
    _unified_app_routes(api, model, controls)
    _estimate_route(api, model, controls)
    _ranks_route(api, model, controls)

    _reference_routes(api)

    @api.get("/usage")
    def usage() -> dict[str, Any]:
        today = controls.clock.today()
        return {
            "api_requests": _usage(controls.quota, today, controls.quota.used(today)),
            "partner_api": _usage(controls.credits, today, _spent(controls.credits, today)),
        }

    return api


def _reference_routes(api: FastAPI) -> None:
    for path, answer in (
        ("/users/me/features", reference.features),
        ("/data/countries", reference.countries),
        ("/data/categories", reference.categories),
        ("/data/stores", reference.stores),
    ):
        api.add_api_route(path, answer)

    @api.get("/explorer/products")
    def explorer() -> None:
        raise VendorError(403, "The explorer is not part of this account's plan")


def _released(model: MarketModel, today: date) -> dict[int, Product]:
    return {p.id: p for p in model.products if known(p, today)}


def _product_routes(api: FastAPI, model: MarketModel, controls: Controls) -> None:
    @api.get("/products/mine")
    def products_mine(
        request: Request,
        count: Count | None = None,
        page: Count | None = None,
        store: str | None = None,
        q: str = "",
        filter: str = "",
        products: str = "",
    ) -> dict[str, Any]:
        today = controls.clock.today()
        found = [
            product
            for product in matching(_released(model, today).values(), filter or products, q, today)
            if store in (None, product.store)
        ]
        if count is None and page is None:  # the older form: an object keyed by id
            return {str(product.id): product_object(product, today) for product in found}
        page = page or 1
        shown, metadata = page_of(found, count or 25, page, page_to_send(request, page))
        return {
            "metadata": metadata,
            "results": [product_object(product, today) for product in shown],
        }

    @api.get("/products/{product_id}")
    def product(product_id: int) -> dict[str, Any]:
        today = controls.clock.today()
        found = _released(model, today).get(product_id)
        if found is None:
            raise VendorError(404, f"Product {product_id} was not found")
        return product_object(found, today)

    @api.get("/products/{store}/{store_specific_id}")
    def product_of_store(store: str, store_specific_id: str) -> dict[str, Any]:
        today = controls.clock.today()
        for found in _released(model, today).values():
            if (found.store, found.vendor_identifier) == (store, store_specific_id):
                return product_object(found, today)
        raise VendorError(404, f"Product {store_specific_id} of {store} was not found")


def _unified_app_routes(api: FastAPI, model: MarketModel, controls: Controls) -> None:
    unified_apps = UnifiedApps(model)

    @api.get("/unified-apps/search")
    def unified_apps_search(
        request: Request, q: str = "", count: Count = 25, page: Count = 1, expand: str = ""
    ) -> dict[str, Any]:
        today = controls.clock.today()
        found = unified_apps.named(q, today)
        shown, metadata = page_of(found, count, page, page_to_send(request, page))
        return {"metadata": metadata, "results": unified_apps.render(shown, today, expand)}

    @api.get("/unified-apps/lookup")
    def unified_app_of_product(product_id: int, expand: str = "") -> dict[str, Any]:
        today = controls.clock.today()
        product = _released(model, today).get(product_id)
        if product is None:
            raise VendorError(404, f"Product {product_id} was not found")
        return unified_apps.whole(product.app, today, expand)

    @api.get("/unified-apps/{unified_app_id}")
    def unified_app(unified_app_id: str, expand: str = "") -> dict[str, Any]:
        today = controls.clock.today()
        app = unified_apps.find(unified_app_id, today)
        if app is None:
            raise VendorError(404, f"Unified app {unified_app_id} was not found")
        return unified_apps.whole(app, today, expand)


def _estimate_route(api: FastAPI, model: MarketModel, controls: Controls) -> None:
    @api.get("/reports/estimates")
    def estimates(request: Request) -> Response:
        today = controls.clock.today()
        query = parse_query(request.query_params, today, _released(model, today))
        answer = estimates_rows(model, query, today)
        headers = {"x-currency": "USD"}
        if query.format == "flat":
            return StreamingResponse(flat(answer), media_type="application/json", headers=headers)
        if query.format == "csv":
            return Response(comma_separated(answer), media_type="text/csv", headers=headers)
        tree = nested(answer, query, lambda key: product_object(model.product_by_id[key], today))
        return Response(orjson.dumps(tree), media_type="application/json", headers=headers)

    @api.get("/reports/sales")
    def sales(request: Request) -> Response:
        """The account owns none of the apps that it tracks, and so has sold nothing."""
        today = controls.clock.today()
        query = parse_query(request.query_params, today, _released(model, today))
        rows = iter([] if query.pivots else [dict(NOTHING)])
        headers = {"x-currency": "USD"}
        if query.format == "flat":
            return StreamingResponse(flat(rows), media_type="application/json", headers=headers)
        tree = nested(rows, query, lambda _: {})
        return Response(orjson.dumps(tree), media_type="application/json", headers=headers)


def _ranks_route(api: FastAPI, model: MarketModel, controls: Controls) -> None:
    charts = charts_of(model)

    @api.get("/ranks/{ids}/{granularity}/{start}/{end}")
    def ranks(request: Request) -> Response:
        today = controls.clock.today()
        released = _released(model, today)
        query = parse_ranks(request.path_params, request.query_params, today, released)
        return StreamingResponse(ranks_json(charts, query), media_type="application/json")

    @api.get("/ranks/snapshots")
    def snapshots() -> None:
        raise VendorError(404, "There is no snapshot of this chart")


def _guard(api: FastAPI, controls: Controls) -> None:
    """Token, then quota; every answer says how much of the day's quota is used.

    Data about products that are not the account's own costs credits, a call one (invented).
    """

    @api.middleware("http")
    async def guard(
        request: Request, proceed: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        today, credits_of = controls.clock.today(), controls.credits
        refusal = _refusal(request, controls)
        response = refusal.response() if refusal else await proceed(request)
        response.headers["X-Request-Limit"] = str(controls.quota.limit)
        response.headers["X-Request-Usage"] = str(controls.quota.used(today))
        if response.status_code == 200:
            route = request.url.path.removeprefix(APPFIGURES)
            cost = CREDITS_PER_CALL if route.startswith(PAID_ROUTES) else 0
            credits_of.spend(today, cost)
            remaining = credits_of.limit - _spent(credits_of, today)
            response.headers["X-Partner-Credits-Remaining"] = str(max(remaining, 0))
            response.headers["X-Partner-Credit-Cost"] = str(cost)
            if cost:
                response.headers["X-Partner-Reason"] = "public products"
        return response


def _refusal(request: Request, controls: Controls) -> VendorError | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return not_authenticated()
    if not compare_digest(token.encode(), controls.token.encode()):
        return bad_token()
    today, quota = controls.clock.today(), controls.quota
    if not quota.take(today):
        return chill_out(quota.used(today), quota.limit)
    return None


def _spent(quota: Quota, today: date) -> int:
    return sum(quota.history(today).values())


def _usage(quota: Quota, today: date, used: int) -> dict[str, Any]:
    return {
        "total": quota.limit,
        "used": used,
        "remaining": max(quota.limit - used, 0),
        "history": {
            "total": quota.limit,
            "today": quota.used(today),
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
