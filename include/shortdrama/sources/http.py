"""One HTTP session type for all sources: streamed to landing, retried by error class."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from shortdrama.core.errors import PermanentError, TransientError
from shortdrama.lake.landing import Landing, Part, Usage

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60.0
ERROR_BODY_BYTES = 64 * 1024
CHUNK_BYTES = 256 * 1024
KEPT_HEADERS = ("content-type", "date")
SAMPLE_HEADER = "x-shortdrama-sample"


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
    """An HTTP answer that is not a success, as far as it is needed to class it."""

    status: int
    body: str
    retry_after: float | None


class ApiClient:
    """GETs of one source with a token: a bearer's, or bare in a header of the source's own.

    `classify` turns a refusal into the error to raise; `check` raises for a body that is not to be
    landed; `empty` gives the body to land for a refusal that only means that there is nothing.
    `usage` reads the account's usage off the headers of an answer, `kept_headers` are landed beside
    the usual ones.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: SecretStr,
        timeout_seconds: float,
        classify: Callable[[Refusal, str], Exception],
        check: Callable[[Path, str], None],
        empty: Callable[[Refusal], bytes | None] = lambda _: None,
        wait: Callable[[RetryCallState], float] | None = None,
        own_header: str | None = None,
        usage: Callable[[Mapping[str, str]], Usage | None] = lambda _: None,
        kept_headers: tuple[str, ...] = (),
    ) -> None:
        self._base_url = base_url.rstrip("/") + "/"
        self._timeout = timeout_seconds
        self._classify = classify
        self._check = check
        self._empty = empty
        self._usage = usage
        self._kept_headers = (*KEPT_HEADERS, *kept_headers)
        self._wait = wait or polite_wait
        self._token = token.get_secret_value().strip()
        self._session = requests.Session()
        if own_header is None:
            self._session.headers["Authorization"] = f"Bearer {self._token}"
        else:
            self._session.headers[own_header] = self._token
        self._session.headers["User-Agent"] = f"shortdrama-pipeline/{version('shortdrama')}"

    def land(self, call: Call, landing: Landing, about: str) -> Part:
        """The answer to the call, landed; taken from an earlier attempt if that one has it."""
        found = landing.find(call.fingerprint)
        if found is not None:
            landing.cost.reused += 1
            return found
        try:
            return Retrying(
                retry=retry_if_exception_type(TransientError),
                stop=stop_after_attempt(ATTEMPTS),
                wait=self._wait,
                reraise=True,
            )(self._get, call, landing, about)
        except TransientError as error:
            raise TransientError(
                f"{str(error).rstrip('.')}. {ATTEMPTS} tries were in vain: see whether the source"
                " is up, then clear the task; what was landed is not asked again"
            ) from error

    def _get(self, call: Call, landing: Landing, about: str) -> Part:
        landing.cost.used += 1
        try:
            with (
                TemporaryDirectory() as folder,
                self._session.get(
                    self._base_url + call.path,
                    params=dict(call.params),
                    timeout=self._timeout,
                    stream=True,
                    # A redirect would carry the token to wherever it points.
                    allow_redirects=False,
                ) as response,
            ):
                landing.cost.hear(self._usage(response.headers))
                body = Path(folder) / "body.gz"
                nothing = self._refuse(response, about)
                if nothing is None:
                    _save_gzipped(response.iter_content(CHUNK_BYTES), body)
                else:
                    _save_gzipped([nothing], body)
                self._check(body, about)
                headers = {
                    name: response.headers[name]
                    for name in self._kept_headers
                    if name in response.headers
                }
                return landing.save(
                    call.fingerprint,
                    body,
                    extension="json",
                    request={"path": call.path, **call.params},
                    response={"status": str(response.status_code), **headers},
                    context=call.context,
                    is_sample=SAMPLE_HEADER in response.headers,
                )
        except requests.RequestException as error:
            # Not chained: the original's text may hold the full request.
            raise TransientError(
                f"{about}: the source did not answer properly ({type(error).__name__})."
                " If this goes on, check its base URL and the network"
            ) from None

    def _refuse(self, response: requests.Response, about: str) -> bytes | None:
        """None for a success, a body for a refusal that means "nothing"; raises for any other."""
        if response.status_code == requests.codes.ok:
            return None
        if response.is_redirect:
            raise PermanentError(
                f"{about}: the source redirects elsewhere (HTTP {response.status_code}), which is"
                " refused because credentials would travel along; check the base URL"
            )
        body = next(response.iter_content(ERROR_BODY_BYTES), b"").decode(errors="replace")
        if self._token:
            # Some services repeat what they were sent, and messages are logged and kept.
            body = body.replace(self._token, "[token]")
        retry_after = response.headers.get("retry-after", "")
        refusal = Refusal(
            status=response.status_code,
            body=body,
            retry_after=float(retry_after) if retry_after.isdecimal() else None,
        )
        nothing = self._empty(refusal)
        if nothing is None:
            raise self._classify(refusal, about)
        return nothing


def _save_gzipped(chunks: Iterable[bytes], path: Path) -> None:
    # mtime=0: the same body has the same sha256.
    with (
        path.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file,
    ):
        for chunk in chunks:
            file.write(chunk)


_exponential = wait_exponential_jitter(initial=1, max=LONGEST_WAIT_SECONDS, jitter=2)


def polite_wait(state: RetryCallState) -> float:
    """Seconds until the next attempt: as the source wishes, else growing, never over a minute."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TransientError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT_SECONDS)
    return _exponential(state)
