"""The status page in the real API server: behind its login, and in its navigation."""

from typing import Any

import pytest
import requests

from shortdrama.core.settings import settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]


def token(url: str) -> str:
    login = {"username": "admin", "password": settings().airflow.password.get_secret_value()}
    answer = requests.post(f"{url}/auth/token", json=login, timeout=30)
    return str(answer.json()["access_token"])


def test_the_page_is_shown_after_a_login_only_and_stands_in_the_navigation(stack: Any) -> None:
    url = stack.machine.airflow_url
    page = f"{url}/shortdrama/status"
    assert requests.get(page, timeout=60).status_code == 401
    assert requests.get(f"{url}/shortdrama/market", timeout=60).status_code == 401
    assert requests.get(page, headers={"Authorization": "Bearer x"}, timeout=60).status_code == 403
    key = token(url)
    shown = requests.get(page, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert shown.status_code == 200
    assert "appfigures.estimates" in shown.text
    by_cookie = requests.get(page, cookies={"_token": key}, timeout=60)
    assert by_cookie.status_code == 200
    plugins = requests.get(
        f"{url}/api/v2/plugins", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ).json()["plugins"]
    (ours,) = [plugin for plugin in plugins if plugin["name"] == "shortdrama"]
    assert [view["href"] for view in ours["external_views"]] == [
        "shortdrama/status",
        "shortdrama/market",
        "shortdrama/models",
    ]
