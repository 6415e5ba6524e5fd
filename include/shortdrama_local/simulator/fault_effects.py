"""Puts the fault plan into effect, around the vendors' APIs and without their knowing.

A request is answered first as if all were well, so that it is checked and counted; only an answer
with status 200 is then spoiled. Page faults alone are left to the routes that have pages.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shortdrama_local.simulator.controls import Controls
from shortdrama_local.simulator.faults import Fault, FaultSetting, Route
from shortdrama_local.simulator.paths import APPFIGURES, TIKTOK_BUSINESS
from shortdrama_local.simulator.vendor_error import (
    VendorError,
    api_disabled,
    bad_token,
    chill_out,
    not_authenticated,
)

SLOW_SECONDS = 5.0
RETRY_AFTER_SECONDS = 1.0
NEGATIVE_ROWS = 25
NO_SUCH_PAGE = 1_000_000
JSON, HTML = "application/json", "text/html; charset=utf-8"
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body>%b</body></html>"

SCOPE_KEY = "simulator.fault"

SERVED_INSTEAD: dict[Fault | None, dict[int, int]] = {
    Fault.DUPLICATED_PAGE: {2: 1},
    Fault.MISSING_PAGE: {2: NO_SUCH_PAGE},
    Fault.CHANGED_PAGE_ORDER: {1: 2, 2: 1},
}
"""Per fault and page asked for, the page whose results are sent."""


def page_to_send(request: Request, page: int) -> int:
    """The page whose results answer a request for a page."""
    return SERVED_INSTEAD.get(request.scope.get(SCOPE_KEY), {}).get(page, page)


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def said_as(self, content_type: str, body: bytes, status: int = 200) -> "Answer":
        """Another content; of the headers only those of the quota stay."""
        quota = {name: v for name, v in self.headers.items() if name.startswith("x-request-")}
        return Answer(status, {**quota, "content-type": content_type}, body)


class FaultyAnswers:
    """Middleware that spoils the answers of the routes for which a fault is set."""

    def __init__(self, app: ASGIApp, controls: Controls) -> None:
        self._app = app
        self._controls = controls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where a fault is due, answer with it."""
        due = self._controls.faults.take(scope["path"]) if scope["type"] == "http" else None
        if due is None:
            await self._app(scope, receive, send)
            return
        route, setting = due
        scope[SCOPE_KEY] = setting.fault
        answer = await self._healthy(scope, receive)
        if answer.status != 200:
            await _send(answer, send)
            return
        if setting.fault is Fault.SLOW:
            await asyncio.sleep(SLOW_SECONDS if setting.seconds is None else setting.seconds)
        answer = self._spoiled(answer, scope["path"], route, setting)
        await _send(answer, send, cut=setting.fault is Fault.CONNECTION_RESET)

    async def _healthy(self, scope: Scope, receive: Receive) -> Answer:
        start: dict[str, Any] = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        return Answer(start["status"], dict(Headers(raw=start["headers"])), bytes(body))

    def _spoiled(self, answer: Answer, path: str, route: Route, setting: FaultSetting) -> Answer:
        fault = setting.fault
        if fault is Fault.HTTP_420:
            limit = self._controls.quota.limit
            return _used_up(_refused(answer, path, chill_out(limit, limit)), limit)
        if fault in REFUSALS:
            refused = _refused(answer, path, REFUSALS[fault])
            if fault is Fault.HTTP_429_RETRY_AFTER:
                wait = RETRY_AFTER_SECONDS if setting.seconds is None else setting.seconds
                refused.headers["retry-after"] = f"{wait:.0f}"
            return refused
        if fault in RECORD_EFFECTS:
            return _with_records(answer, route, RECORD_EFFECTS[fault])
        if fault in BODY_EFFECTS:
            return BODY_EFFECTS[fault](answer, path)
        return answer


async def _send(answer: Answer, send: Send, *, cut: bool = False) -> None:
    """Send the answer; cut, it breaks off half-way.

    The server closes a connection on which an announced body was left unfinished.
    """
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = answer.body[: len(answer.body) // 2] if cut else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})


REFUSALS: dict[Fault, VendorError] = {
    Fault.HTTP_401: not_authenticated(),
    Fault.HTTP_403: bad_token(),
    Fault.HTTP_403_API_DISABLED: api_disabled(),
    Fault.HTTP_429_RETRY_AFTER: VendorError(429, "Too Many Requests"),
    Fault.HTTP_429: VendorError(429, "Too Many Requests"),
    Fault.HTTP_500: VendorError(500, "Internal Server Error"),
}


def _refused(answer: Answer, path: str, error: VendorError, status: int | None = None) -> Answer:
    body = error.body if path.startswith(APPFIGURES) else _tiktok_error(path, error)
    return answer.said_as(JSON, orjson.dumps(body), status or error.status)


def _tiktok_error(path: str, error: VendorError) -> dict[str, Any]:
    """Our guess: the code is the status times a hundred, as in TikTok's 50000."""
    said = "message" if path.startswith(TIKTOK_BUSINESS) else "msg"
    return {"code": 100 * error.status, said: str(error), "request_id": "", "data": {}}


def _used_up(answer: Answer, limit: int) -> Answer:
    return replace(answer, headers={**answer.headers, "x-request-usage": str(limit)})


BODY_EFFECTS: dict[Fault, Callable[[Answer, str], Answer]] = {
    Fault.HTTP_502: lambda answer, _: answer.said_as(HTML, HTML_PAGE % b"502 Bad Gateway", 502),
    Fault.HTML_ERROR_PAGE: lambda answer, _: answer.said_as(HTML, HTML_PAGE % b"Be right back."),
    Fault.TRUNCATED_JSON: lambda answer, _: replace(
        answer, body=answer.body[: len(answer.body) // 2]
    ),
    Fault.WRONG_CONTENT_TYPE: lambda answer, _: replace(
        answer, headers={**answer.headers, "content-type": HTML}
    ),
    Fault.ERROR_OBJECT_200: lambda answer, path: _refused(
        answer, path, REFUSALS[Fault.HTTP_500], 200
    ),
}

Record = dict[str, Any]


def _with_extra_field(records: list[Record], _: Route) -> None:
    for record in records:
        record["unheard_of"] = "x"


def _without_field(records: list[Record], route: Route) -> None:
    records[0].pop(route.field, None)


def _with_changed_type(records: list[Record], route: Route) -> None:
    records[0][route.field] = [records[0].get(route.field)]


def _in_euros(records: list[Record], _: Route) -> None:
    for record in records:
        if "revenue_estimate" in record:
            record["revenue_estimate"]["currency_code"] = "EUR"


def _with_negative_downloads(records: list[Record], _: Route) -> None:
    for record in records[:NEGATIVE_ROWS]:
        record["downloads"] = -max(record["downloads"], 1)


RECORD_EFFECTS: dict[Fault, Callable[[list[Record], Route], None]] = {
    Fault.EXTRA_FIELD: _with_extra_field,
    Fault.MISSING_FIELD: _without_field,
    Fault.CHANGED_TYPE: _with_changed_type,
    Fault.CURRENCY_CHANGE: _in_euros,
    Fault.NEGATIVE_DOWNLOADS: _with_negative_downloads,
}


def _with_records(
    answer: Answer, route: Route, effect: Callable[[list[Record], Route], None]
) -> Answer:
    """The effect on the answer's records; other forms than lists of rows stay as they are."""
    headers = dict(answer.headers)
    if effect is _in_euros and "x-currency" in headers:
        headers["x-currency"] = "EUR"
    if not headers["content-type"].startswith(JSON):
        return replace(answer, headers=headers)
    tree = node = orjson.loads(answer.body)
    for key in route.records:
        node = node[key]
    records = node if isinstance(node, list) else [node] if route.records else []
    if records:
        effect(records, route)
    return Answer(answer.status, headers, orjson.dumps(tree))
