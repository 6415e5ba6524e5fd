"""A connection to Airflow's REST API: the same on one machine and in the team's stack.

Whatever goes wrong with it is an AirflowAway, which says where and why.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

from shortdrama.core import machine
from shortdrama.core.errors import AirflowAway, AirflowRefused, Failure
from shortdrama.core.settings import AirflowSettings

if TYPE_CHECKING:
    from airflow_client.client import ApiClient

TIMEOUT_SECONDS = 15.0
PAGE = 100
"""As many as Airflow gives at once."""
NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, AttributeError)
"""How the client fails when an answer has another shape."""


@contextmanager
def connected(airflow: AirflowSettings, *, login: bool = True) -> Iterator["ApiClient"]:
    """A client of the API, logged in unless the caller says otherwise. Raises AirflowAway.

    The API says without a login only how its parts are (`monitor/health`).
    """
    with classed(address(airflow)), open_client(airflow, login=login) as client:
        yield client


def open_client(airflow: AirflowSettings, *, login: bool = True) -> "ApiClient":
    """The same for callers that keep it; calls belong inside `classed`. Raises AirflowAway."""
    # Imported here: it takes a second, and most commands do not ask Airflow.
    from airflow_client.client import ApiClient, Configuration

    url = _proven(airflow)
    token = token_of(airflow) if login else None
    return ApiClient(Configuration(host=url, access_token=token, retries=0))


def token_of(airflow: AirflowSettings) -> str:
    """A new token of the API. Raises AirflowAway."""
    url = _proven(airflow)
    with classed(url):
        return _token(url, airflow)


@contextmanager
def classed(url: str) -> Iterator[None]:
    """Make every error of a call an AirflowAway; an HTTP error is an AirflowRefused."""
    from airflow_client.client import ApiException
    from urllib3.exceptions import HTTPError

    # No error is chained: it may hold the whole request, and with it the login.
    try:
        yield
    except requests.HTTPError as error:
        status = error.response.status_code
        raise AirflowAway(f"Airflow at {url} answers HTTP {status} to a login") from None
    except ApiException as error:
        what = f"HTTP {error.status} {error.reason}{_detail(error.body)}"
        raise AirflowRefused(f"Airflow at {url} answers {what}", error.status) from None
    except NOT_UNDERSTOOD as error:
        what = f"what answers at {url} is no Airflow of this version ({type(error).__name__})"
        raise AirflowAway(what) from None
    except (requests.RequestException, HTTPError):
        raise AirflowAway(f"Airflow does not answer at {url}") from None


def address(airflow: AirflowSettings) -> str:
    """Where the API listens."""
    return airflow.base_url.rstrip("/")


def _proven(airflow: AirflowSettings) -> str:
    """The address, if this home's own Airflow answers there or it is none of this home's."""
    url = address(airflow)
    try:
        machine.prove(url)
    except Failure as error:
        raise AirflowAway(str(error)) from None
    return url


def _detail(body: str | None) -> str:
    """What Airflow says about a request that it refuses, if it says so in words."""
    try:
        detail = json.loads(body or "")["detail"]
    except NOT_UNDERSTOOD:
        return ""
    return f": {detail}"


def _token(url: str, airflow: AirflowSettings) -> str:
    """A token of the API. The login is the auth manager's own; the client has no call for it."""
    login = {"username": airflow.username, "password": airflow.password.get_secret_value()}
    answer = requests.post(f"{url}/auth/token", json=login, timeout=TIMEOUT_SECONDS)
    if answer.status_code in (401, 403):
        raise AirflowAway(
            f"Airflow at {url} refuses the login of {airflow.username}. What to do: check"
            " SHORTDRAMA_AIRFLOW__USERNAME and SHORTDRAMA_AIRFLOW__PASSWORD"
        )
    answer.raise_for_status()
    return str(answer.json()["access_token"])
