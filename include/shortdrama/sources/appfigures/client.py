"""Appfigures API v2: what all its routes share.

Contract: docs.appfigures.com and the vendor's own command-line client. The routes, parameters and
error bodies that this speaks are listed in docs/sources.md.
"""

import json
import re
from collections.abc import Callable, Mapping

from shortdrama.core.errors import (
    CredentialRefused,
    PermanentError,
    QuotaError,
    SchemaError,
    TransientError,
)
from shortdrama.core.settings import AppfiguresSettings
from shortdrama.lake.landing import Usage
from shortdrama.sources.body import Check
from shortdrama.sources.http import PAGE_BYTES, ApiClient, Call, Refusal
from shortdrama.sources.pages import Page, count_in, parsed

VARIABLES = "SHORTDRAMA_APPFIGURES"
USAGE_HEADERS = ("x-request-usage", "x-request-limit")
CREDIT_HEADERS = ("x-partner-credit-cost", "x-partner-credits-remaining")
"""What an answer about products of others costs in paid credits, and what remains of them."""

NUMBER = re.compile(r"\d{1,15}", re.ASCII)
"""More digits are no count of calls, and Python refuses to read very many."""

KEPT_HEADERS = ("x-currency", *USAGE_HEADERS, *CREDIT_HEADERS, "x-partner-reason")


def _message(body: str) -> str:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # the latter for brackets that nest too deep
        return "no readable reason"
    if not isinstance(answer, dict):
        return "no readable reason"
    return str(answer.get("message") or answer.get("error_description") or "no reason given")


def classify(refusal: Refusal, about: str) -> Exception:
    """The error that a refusal means. A bad token is a 403 here, a spent quota a 420."""
    status, said = refusal.status, _message(refusal.body)
    if status == 420:
        return QuotaError(
            f"{about}: Appfigures' daily quota is spent ({said}). It starts again at 00:00 UTC:"
            " clear the task then, unless a scheduled run pulls the window again anyway"
        )
    if status == 401 or (status == 403 and "accesstoken invalid" in said.lower()):
        return CredentialRefused(
            f"{about}: Appfigures does not accept the token ({said}). Set a personal access token"
            " in SHORTDRAMA_APPFIGURES__TOKEN"
        )
    if refusal.may_pass:
        return TransientError(
            f"{about}: Appfigures answered HTTP {status} ({said})", refusal.retry_after
        )
    return PermanentError(
        f"{about}: Appfigures refused the request, HTTP {status} ({said}). Check"
        f" {VARIABLES}__BASE_URL, the account's plan and the request's parameters"
    )


def usage(headers: Mapping[str, str]) -> Usage:
    """The account's calls of the day and its credits; a header that is no number says nothing."""
    used, limit, cost, left = (
        int(text) if NUMBER.fullmatch(text) else None
        for text in (headers.get(name, "").strip() for name in (*USAGE_HEADERS, *CREDIT_HEADERS))
    )
    return Usage(used=used, limit=limit, credits_cost=cost, credits_left=left)


def read_page(text: bytes, about: str) -> Page:
    """A page holds its results and says how many pages there are; raises SourceError."""
    answer = parsed(text, about)
    metadata = answer.get("metadata") if isinstance(answer, dict) else None
    resultset = metadata.get("resultset") if isinstance(metadata, dict) else None
    if not isinstance(resultset, dict) or not isinstance(answer.get("results"), list):
        raise PermanentError(
            f"{about}: Appfigures answered HTTP 200 with something else than a page of results;"
            " if the vendor changed its format, fix the connector"
        )
    total = resultset.get("total_count")
    return Page(
        entries=answer["results"],
        pages=count_in(resultset.get("total_pages"), "metadata.resultset.total_pages", about),
        total=None if total is None else count_in(total, "metadata.resultset.total_count", about),
    )


def empty_as(body: bytes) -> Callable[[Refusal], bytes | None]:
    """Of a report: a refusal because no product matches is an empty answer, of this body."""

    def empty(refusal: Refusal) -> bytes | None:
        matches_nothing = "or empty product parameter" in _message(refusal.body).lower()
        return body if refusal.status == 400 and matches_nothing else None

    return empty


def client(
    settings: AppfiguresSettings,
    check: Check = lambda *_: None,
    empty: Callable[[Refusal], bytes | None] = lambda _: None,
    most_bytes: int = PAGE_BYTES,
) -> ApiClient:
    """A session with the account's token; `check`, `empty`, `most_bytes` as of ApiClient."""
    return ApiClient(
        base_url=settings.base_url,
        token=settings.token,
        variables=VARIABLES,
        bounds=settings,
        classify=classify,
        check=check,
        most_bytes=most_bytes,
        empty=empty,
        usage=usage,
        kept_headers=KEPT_HEADERS,
    )


def calls_left(settings: AppfiguresSettings) -> tuple[int, int]:
    """The account's calls that are left today, and all of a day; asks once, raises SourceError."""
    about = "Appfigures, usage"
    answer = parsed(client(settings).ask(Call("usage", {}), about), about)
    quota = answer.get("api_requests") if isinstance(answer, dict) else None
    if not isinstance(quota, dict):
        raise SchemaError(
            f"{about}: the answer says nothing of api_requests; check {VARIABLES}__BASE_URL"
        )
    return (
        count_in(quota.get("remaining"), "api_requests.remaining", about),
        count_in(quota.get("total"), "api_requests.total", about),
    )
