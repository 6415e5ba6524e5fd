"""A connection to Airflow's REST API: the same on one machine and in the team's stack.

Whatever goes wrong with it is an AirflowAway, which says where and why.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

from shortdrama.core import machine
from shortdrama.core.errors import AirflowAway, Failure
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
    """A client of the API, logged in unless told otherwise. Raises AirflowAway.

    The API says without a login only how its parts are (`monitor/health`).
    """
    url = airflow.base_url.rstrip("/")
    try:
        machine.prove(url)
    except Failure as error:
        raise AirflowAway(str(error)) from None
    # Imported here: it takes a second, and most commands do not ask Airflow.
    from airflow_client.client import ApiClient, ApiException, Configuration
    from urllib3.exceptions import HTTPError

    # No error is chained: it may hold the whole request, and with it the login.
    try:
        token = _token(url, airflow) if login else None
        with ApiClient(Configuration(host=url, access_token=token, retries=0)) as client:
            yield client
    except requests.HTTPError as error:
        status = error.response.status_code
        raise AirflowAway(f"Airflow at {url} answers HTTP {status} to a login") from None
    except ApiException as error:
        raise AirflowAway(f"Airflow at {url} answers HTTP {error.status} {error.reason}") from None
    except NOT_UNDERSTOOD as error:
        what = f"what answers at {url} is no Airflow of this version ({type(error).__name__})"
        raise AirflowAway(what) from None
    except (requests.RequestException, HTTPError):
        raise AirflowAway(f"Airflow does not answer at {url}") from None


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
