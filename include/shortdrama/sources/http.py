"""The client of all sources: streamed to landing, bounded in time and bytes, retried by class."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from urllib.parse import quote

import requests
import urllib3
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception
from tenacity.wait import wait_exponential_jitter

from shortdrama.core.errors import PermanentError, TransientError
from shortdrama.core.settings import HttpSettings
from shortdrama.lake.landing import Cost, Landing, Part, Usage
from shortdrama.sources.body import Body, Check, save_body
from shortdrama.sources.wire import BUDGET, ENCODING, Budget, HeaderAuth, open_session

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60.0
LATEST_RETURN_SECONDS = 366 * 86_400.0
HEAD_BYTES = ERROR_BODY_BYTES = 64 * 1024
CHUNK_BYTES = 256 * 1024
PAGE_BYTES = 4_000_000
"""The most that a page of some hundred entries may hold."""

KEPT_HEADERS = ("content-type", "date")
SAMPLE_HEADER = "x-shortdrama-sample"
LONE_SURROGATES = "lone_surrogates"
"""Kept beside the headers of an answer in which half a character stands alone."""

NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
PASSING = {
    requests.codes.request_timeout,
    requests.codes.too_early,
    requests.codes.too_many_requests,
}


@dataclass(frozen=True)
class Call:
    """One GET. `context` says what the answer is about, where the answer itself does not."""

    path: str
    params: Mapping[str, str]
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Names the part: the same request of the same pull is the same part."""
        request = json.dumps([self.path, sorted(self.params.items())])
        return hashlib.sha256(request.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Refusal:
    """An HTTP answer that is not a success, as far as it is needed to class it.

    `retry_after` is in seconds.
    """

    status: int
    body: str
    retry_after: float | None

    @property
    def may_pass(self) -> bool:
        """Whether asking again may help: the source is busy, or something on the way refused.

        An API refuses in JSON, so a 403 in HTML comes from a firewall before it.
        """
        from_a_firewall = self.status == requests.codes.forbidden and self.body.lstrip()[:1] == "<"
        return self.status >= 500 or self.status in PASSING or from_a_firewall


@dataclass(frozen=True)
class _Answer:
    """A whole answer; `response` is what is landed beside it, `entries` as counted by a Check."""

    body: Body
    response: dict[str, str]
    is_sample: bool
    entries: int | None = None


class ApiClient:
    """GETs of one source with a token: a bearer's, or bare in a header of the source's own.

    `variables` begins the names of the source's settings (`SHORTDRAMA_TIKTOK`), for messages.
    `classify` turns a refusal into the error to raise; `check` judges the body of each answer;
    `empty` gives the body to land for a refusal that only means that there is nothing.
    `usage` reads the account's usage off the headers of an answer, `kept_headers` are landed beside
    the usual ones. An answer may have `most_bytes`, packed and unpacked.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: SecretStr,
        variables: str,
        bounds: HttpSettings,
        classify: Callable[[Refusal, str], Exception],
        check: Check = lambda *_: None,
        most_bytes: int = PAGE_BYTES,
        empty: Callable[[Refusal], bytes | None] = lambda _: None,
        wait: Callable[[RetryCallState], float] | None = None,
        own_header: str | None = None,
        usage: Callable[[Mapping[str, str]], Usage | None] = lambda _: None,
        kept_headers: tuple[str, ...] = (),
    ) -> None:
        self._base_url = base_url.rstrip("/") + "/"
        self._variables = variables
        self._bounds = bounds
        self._classify = classify
        self._check = check
        self._most_bytes = most_bytes
        self._empty = empty
        self._usage = usage
        self._kept_headers = (*KEPT_HEADERS, *kept_headers)
        self._wait = wait or polite_wait
        self._token = token.get_secret_value()
        self._session = open_session(
            HeaderAuth(own_header, self._token)
            if own_header
            else HeaderAuth("Authorization", f"Bearer {self._token}"),
            f"shortdrama-pipeline/{version('shortdrama')}",
            bounds,
        )
        self._pull_ends: float | None = None

    def land(self, call: Call, landing: Landing, about: str, check: Check | None = None) -> Part:
        """The answer to the call, landed; taken from an earlier attempt if that one has it.

        `check` comes after the client's own, and its count is kept. The first call starts the time
        of the pull.
        """
        found = landing.find(call.fingerprint)
        if found is not None:
            landing.cost.reused += 1
            return found
        if self._pull_ends is None:
            self._pull_ends = monotonic() + self._bounds.pull_seconds
        tries = Retrying(
            retry=retry_if_exception(_is_worth_a_wait),
            stop=self._stops,
            wait=self._wait,
            reraise=True,
        )
        try:
            return tries(self._land, call, landing, about, check)
        except TransientError as error:
            advice = self._advice(error, tries.statistics["attempt_number"])
            raise TransientError(
                f"{str(error).rstrip('.')}. {advice}", error.retry_after
            ) from error

    def ask(self, call: Call, about: str) -> bytes:
        """The answer to the call, asked once and landed nowhere: for checks."""
        with TemporaryDirectory() as folder:
            answer = self._get(call, about, Path(folder), Cost())
            return answer.body.text()

    def _left(self) -> float:
        """Seconds that are left for the pull."""
        if self._pull_ends is None:
            return self._bounds.pull_seconds
        return self._pull_ends - monotonic()

    def _stops(self, state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or self._left() <= state.upcoming_sleep

    def _advice(self, error: TransientError, tries: int) -> str:
        if not _is_worth_a_wait(error):
            back = datetime.now(UTC) + timedelta(seconds=error.retry_after or 0)
            return f"It asks for no call before {back:%Y-%m-%d %H:%M} UTC: clear the task then"
        goes_on = "then clear the task; what was landed is not asked again"
        if tries < ATTEMPTS:
            return (
                f"The pull has used up its {self._bounds.pull_seconds:g} s"
                f" ({self._variables}__PULL_SECONDS): see why the source is slow, {goes_on}"
            )
        return f"It was asked {tries} times: see whether the source is up, {goes_on}"

    def _land(self, call: Call, landing: Landing, about: str, check: Check | None) -> Part:
        with TemporaryDirectory() as folder:
            answer = self._get(call, about, Path(folder), landing.cost)
            return landing.save(
                call.fingerprint,
                answer.body.path,
                extension="json",
                request={"path": call.path, **call.params},
                response=answer.response,
                context=call.context,
                is_sample=answer.is_sample,
                entries=answer.entries if check is None else check(answer.body, about),
                body_bytes=answer.body.size,
            )

    def _get(self, call: Call, about: str, folder: Path, cost: Cost) -> _Answer:
        seconds = min(self._bounds.answer_seconds, self._left())
        if seconds <= 0:
            raise TransientError(f"{about}: not asked any more")
        cost.used += 1
        budget = Budget(monotonic() + seconds, self._most_bytes + HEAD_BYTES)
        BUDGET.set(budget)
        try:
            with self._session.get(
                self._base_url + call.path,
                params=dict(call.params),
                timeout=min(self._bounds.timeout_seconds, seconds),
                stream=True,
                # A redirect would carry the token to wherever it points.
                allow_redirects=False,
            ) as response:
                cost.hear(self._usage(response.headers))
                cost.refusals += response.status_code != requests.codes.ok
                answer = self._kept(response, about, folder / "body")
        except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException) as error:
            # Not chained: the original's text may hold the full request.
            if budget.is_overdrawn:
                raise self._too_long(about) from None
            if budget.is_late:
                said = f"the answer was not complete within {seconds:g} s"
                setting = f"{self._variables}__ANSWER_SECONDS"
            else:
                said = f"the source did not answer properly ({type(error).__name__})"
                setting = f"{self._variables}__BASE_URL"
            raise TransientError(
                f"{about}: {said}. If this goes on, check {setting} and the network"
            ) from None
        return replace(answer, entries=self._check(answer.body, about))

    def _kept(self, response: requests.Response, about: str, path: Path) -> _Answer:
        """The answer, its body saved; raises for a refusal and for what is no whole JSON."""
        nothing = self._refuse(response, about)
        chunks = self._chunks(response, about) if nothing is None else [nothing]
        body = save_body(chunks, path, about)
        kept = {name: response.headers[name] for name in self._kept_headers
                if name in response.headers}  # fmt: skip
        if body.has_lone_surrogates:
            kept[LONE_SURROGATES] = "true"
        return _Answer(
            body, {"status": str(response.status_code), **kept}, SAMPLE_HEADER in response.headers
        )

    def _chunks(self, response: requests.Response, about: str) -> Iterable[bytes]:
        """The unpacked body, piece by piece; raises when it is too long."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", ENCODING):
            raise TransientError(
                f"{about}: the answer is packed in a way that was not asked for"
                f" ({encoding[:40]}). If this goes on, check {self._variables}__BASE_URL"
            )
        unpacked = 0
        for chunk in response.iter_content(CHUNK_BYTES):
            unpacked += len(chunk)
            if unpacked > self._most_bytes:
                raise self._too_long(about)
            yield chunk

    def _too_long(self, about: str) -> PermanentError:
        return PermanentError(
            f"{about}: the answer holds more than {self._most_bytes / 1e6:g} MB, the most of this"
            " route. If the source is right, change the limit in the connector"
        )

    def _refuse(self, response: requests.Response, about: str) -> bytes | None:
        """None for a success, a body for a refusal that means "nothing"; raises for any other."""
        if response.status_code == requests.codes.ok:
            return None
        if response.is_redirect:
            raise PermanentError(
                f"{about}: the source redirects elsewhere (HTTP {response.status_code}), which is"
                " refused because credentials would travel along; check"
                f" {self._variables}__BASE_URL"
            )
        body = next(response.iter_content(ERROR_BODY_BYTES), b"").decode(errors="replace")
        if self._token:
            # Some services repeat what they were sent, and messages are logged and kept.
            body = _without(self._token, body)
        refusal = Refusal(
            status=response.status_code,
            body=body,
            retry_after=_retry_after(response.headers),
        )
        nothing = self._empty(refusal)
        if nothing is None:
            raise self._classify(refusal, about)
        return nothing


def _without(token: str, body: str) -> str:
    """The body without the token, however JSON or a URL writes it."""
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), ensure_ascii=False)
    for form in (token, json.dumps(token)[1:-1], quote(token, safe="")):
        body = body.replace(form, "[token]")
    return body


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the source wants to be asked again, if it says so: as a number or a date.

    A date is compared with the answer's own, because the source's clock may be wrong.
    """
    wish = headers.get("retry-after", "").strip()
    if NUMBER.fullmatch(wish):
        return min(float(wish), LATEST_RETURN_SECONDS)
    then = _instant(wish)
    if then is None:
        return None
    now = _instant(headers.get("date", "")) or datetime.now(UTC)
    return min(max((then - now).total_seconds(), 0.0), LATEST_RETURN_SECONDS)


def _instant(text: str) -> datetime | None:
    """An instant as HTTP writes it; None for any other text."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a time zone of many digits
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _is_worth_a_wait(error: BaseException) -> bool:
    """Whether to ask again within this try: not when the source wants over a minute of rest."""
    return isinstance(error, TransientError) and (error.retry_after or 0.0) <= LONGEST_WAIT_SECONDS


_exponential = wait_exponential_jitter(initial=1, max=LONGEST_WAIT_SECONDS, jitter=2)


def polite_wait(state: RetryCallState) -> float:
    """Seconds until the next attempt: as the source wishes, else growing, never over a minute."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TransientError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT_SECONDS)
    return _exponential(state)
