"""A session of `requests` that sends our own credentials alone, and whose answers have an end.

`timeout=` bounds a single read, so a source that sends a byte now and then is never late. Here
every read is charged to the answer's budget of time and bytes: of headers, body, trailers and
errors alike.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, parse_headers
from http.cookiejar import DefaultCookiePolicy
from io import BufferedReader, RawIOBase
from socket import socket
from time import monotonic
from types import MappingProxyType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from shortdrama.core.settings import HttpSettings


@dataclass
class Budget:
    """What one answer may take: until `ends`, by `time.monotonic`, and so many bytes."""

    ends: float
    bytes_left: int

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return monotonic() >= self.ends

    @property
    def is_overdrawn(self) -> bool:
        """Whether more bytes came than may."""
        return self.bytes_left < 0


BUDGET: ContextVar[Budget] = ContextVar("BUDGET")
"""The budget of the answer to the next request."""

ENCODING = "gzip"
"""What we ask for, and therefore all that may come."""

SWITCHING_PROTOCOLS = 101
MOST_BEFORE_THE_ANSWER = 10
READ_BYTES = 64 * 1024


class HeaderAuth(AuthBase):
    """The token in one header. A session without such an object takes what `~/.netrc` has."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the header set."""
        request.headers[self._name] = self._value
        return request


def open_session(auth: HeaderAuth, user_agent: str, settings: HttpSettings) -> requests.Session:
    """A session that reads no `~/.netrc`, no environment and no cookie, only the settings."""
    session = requests.Session()
    session.trust_env = False
    session.auth = auth
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers = requests.structures.CaseInsensitiveDict(
        {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": ENCODING}
    )
    if proxy := settings.proxy.get_secret_value():
        session.proxies = {"all": proxy}
    if settings.ca_file:
        session.verify = str(settings.ca_file)
    for scheme in POOLS:
        session.mount(f"{scheme}://", _Adapter())
    return session


class _Metered(RawIOBase):
    """What a socket sends, charged to the budget; raises TimeoutError or OSError at its end."""

    def __init__(self, raw: RawIOBase, sock: socket) -> None:
        self._raw = raw
        self._sock = sock
        self._silence = sock.gettimeout() or 0.0
        self._budget = BUDGET.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._budget.ends - monotonic()
        if left <= 0:
            raise TimeoutError("the answer is late")
        self._sock.settimeout(min(left, self._silence))
        size = self._raw.readinto(buffer)
        self._budget.bytes_left -= size or 0
        if self._budget.is_overdrawn:
            raise OSError("the answer is too long")
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    """An answer that has an end. What a server says before it (100, 102, 103) is passed over."""

    def __init__(self, sock: socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = BufferedReader(_Metered(self.fp.detach(), sock), READ_BYTES)

    def _read_status(self) -> tuple[str, int, str]:
        # The library itself passes over 100 alone, without end, and takes 103 for the answer.
        for _ in range(MOST_BEFORE_THE_ANSWER + 1):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status >= requests.codes.ok or status == SWITCHING_PROTOCOLS:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException(f"more than {MOST_BEFORE_THE_ANSWER} answers with 1xx")


class _PlainConnection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: Mapping[str, type[HTTPConnectionPool]] = MappingProxyType(
    {"http": _PlainPool, "https": _TlsPool}
)


class _Adapter(HTTPAdapter):
    """Connections whose answers have an end, also through a proxy."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = dict(POOLS)

    def proxy_manager_for(self, *args: Any, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = dict(POOLS)
        return manager
