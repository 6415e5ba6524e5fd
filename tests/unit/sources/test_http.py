import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from shortdrama.core.clock import Clock
from shortdrama.core.errors import PermanentError, TransientError
from shortdrama.core.settings import HttpSettings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.landing import Landing
from shortdrama.sources import http
from shortdrama.sources.appfigures.client import usage
from shortdrama.sources.body import Body
from shortdrama.sources.http import ATTEMPTS, ApiClient, Call, Refusal

TOKEN = "pat_planted_to_be_found"
CALL = Call("reports/estimates", {"start_date": "2025-09-01", "countries": "US"})
ABOUT = "appfigures.estimates 2025-09-01..2025-09-03, US"


def classify(refusal: Refusal, about: str) -> Exception:
    if refusal.may_pass:
        return TransientError(f"{about}: HTTP {refusal.status} {refusal.body}", refusal.retry_after)
    return PermanentError(f"{about}: HTTP {refusal.status} {refusal.body}")


@pytest.fixture
def waits() -> list[float]:
    """Seconds that the client would have waited."""
    return []


@pytest.fixture
def client(source: Any, waits: list[float]) -> ApiClient:
    def no_wait(state: Any) -> float:
        waits.append(http.polite_wait(state))
        return 0

    return make_client(source.url, wait=no_wait, usage=usage, kept_headers=("x-currency",))


def make_client(
    base_url: str, token: str = TOKEN, bounds: dict[str, Any] | None = None, **options: Any
) -> ApiClient:
    def check(body: Body, about: str) -> None:
        if body.text() == b"[2]":
            raise TransientError(f"{about}: not to be landed")

    return ApiClient(
        base_url=base_url,
        token=SecretStr(token),
        variables="SHORTDRAMA_VENDOR",
        bounds=HttpSettings(timeout_seconds=5, **(bounds or {})),
        classify=classify,
        check=check,
        **options,
    )


@pytest.fixture
def landing(store: Any) -> Landing:
    return Landing(store, ESTIMATES.id, "pull", Clock(datetime(2026, 2, 25, 8, tzinfo=UTC)))


@pytest.fixture
def landed(store: Any) -> Callable[[], list[str]]:
    return lambda: list(store.list("landing/"))


def test_an_answer_is_landed_with_what_it_was_the_answer_to(client, source, landing) -> None:
    source.says(body=[1], headers={"x-currency": "USD", "X-Request-Usage": "7", "Set-Cookie": "s"})
    call = Call(CALL.path, CALL.params, context={"country_code": "US"})
    part = client.land(call, landing, ABOUT)
    assert json.loads(landing.read(part)) == [1]
    assert part.request == {"path": CALL.path, **CALL.params}
    assert part.response == {"status": "200", "x-currency": "USD"}
    assert part.context == {"country_code": "US"}
    assert not part.is_sample
    assert source.got == [("/reports/estimates", dict(CALL.params))]
    assert source.tokens == [f"Bearer {TOKEN}"]


def test_an_answer_that_says_it_is_sample_is_marked(client, source, landing) -> None:
    source.says(headers={"X-Shortdrama-Sample": "true"})
    assert client.land(CALL, landing, ABOUT).is_sample


def test_what_was_landed_is_not_asked_again(client, source, landing) -> None:
    source.says(body=[1])
    assert client.land(CALL, landing, ABOUT) == client.land(CALL, landing, ABOUT)
    assert len(source.got) == 1


def test_the_same_request_is_the_same_part_in_whatever_order_it_is_written() -> None:
    turned = Call(CALL.path, dict(reversed(CALL.params.items())), context={"of no": "matter"})
    other = Call(CALL.path, {**CALL.params, "countries": "CN"})
    assert CALL.fingerprint == turned.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 429},
        {"status": 500},
        {"status": 503, "body": "<html>"},
        {"resets": True},
        {"body": [1, 2, 3], "claims": 500},
        {"body": b"[1, 2"},
        {"body": b"[2]"},
        {"body": b"[1]", "headers": {"content-encoding": "gzip"}},
        {"body": b"[1]", "headers": {"content-encoding": "br"}},
        {"body": "<html>"},
        {"body": "nothing"},
        {"body": ""},
        {"status": 408},
        {"status": 425},
        {"status": 403, "body": "\n<html><body>Access denied</body></html>"},
    ],
    ids=[
        "429",
        "500",
        "503",
        "reset",
        "truncated",
        "cut_off",
        "check_fails",
        "not_the_encoding_it_claims",
        "encoding_not_asked_for",
        "html",
        "no_json",
        "empty",
        "408",
        "425",
        "firewall",
    ],
)
def test_passing_trouble_is_asked_again_and_only_the_good_answer_is_landed(
    client, source, landing, landed, trouble
) -> None:
    source.says(**trouble).says(**trouble).says(body=["good"])
    part = client.land(CALL, landing, ABOUT)
    assert json.loads(landing.read(part)) == ["good"]
    assert len(source.got) == 3
    assert len(landed()) == 2


def test_trouble_that_stays_ends_after_some_attempts_with_nothing_landed(
    client, source, landing, landed, waits
) -> None:
    source.says(body=[1], claims=500)
    with pytest.raises(TransientError, match=f"{ABOUT}: the source did not answer properly"):
        client.land(CALL, landing, ABOUT)
    assert len(source.got) == ATTEMPTS
    assert landed() == []
    assert all(wait >= growing for wait, growing in zip(waits, (1, 2, 4, 8, 16), strict=True))


def test_nobody_at_the_base_url_is_trouble_that_says_where_to_look(landing) -> None:
    client = make_client("http://127.0.0.1:1/", wait=lambda _: 0)
    with pytest.raises(TransientError, match="check SHORTDRAMA_VENDOR__BASE_URL and the network"):
        client.land(CALL, landing, ABOUT)


NOW_SAID = {"Date": "Wed, 25 Feb 2026 08:00:00 GMT"}


@pytest.mark.parametrize(
    ("wish", "waited"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("60", 60.0),
        ("Wed, 25 Feb 2026 08:00:07 GMT", 7.0),
        ("Wed, 25 Feb 2026 07:00:00 GMT", 0.0),
        ("Wed, 25 Feb 2026 09:00:07 +0100", 7.0),
    ],
)
def test_the_source_says_how_long_to_wait(client, source, landing, waits, wish, waited) -> None:
    source.says(status=429, headers={"Retry-After": wish, **NOW_SAID}).says(body=[])
    client.land(CALL, landing, ABOUT)
    assert waits == [waited]


@pytest.mark.parametrize(
    "wish",
    ["61", "86400", "9" * 400, "Thu, 26 Feb 2026 08:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"],
)
def test_a_source_that_wants_over_a_minute_of_rest_ends_the_try(
    client, source, landing, landed, wish
) -> None:
    source.says(status=429, headers={"Retry-After": wish, **NOW_SAID})
    with pytest.raises(
        TransientError, match=r"no call before \d{4}-\d\d-\d\d \d\d:\d\d UTC"
    ) as told:
        client.land(CALL, landing, ABOUT)
    assert told.value.retry_after > http.LONGEST_WAIT_SECONDS
    assert len(source.got) == 1
    assert landed() == []


NO_TIMES = ["-5", "²", "soon", "1e3", "inf", "nan", "Wed, 99 Feb 2026", "",
            f"Wed, 25 Feb 2026 08:00:07 +{'9' * 20}"]  # fmt: skip


@pytest.mark.parametrize("wish", NO_TIMES)
def test_a_wish_that_is_no_time_is_no_wish(client, source, landing, waits, wish) -> None:
    source.says(status=429, headers={"Retry-After": wish}).says(body=[])
    client.land(CALL, landing, ABOUT)
    assert 1 <= waits[0] <= 4


@pytest.mark.parametrize("status", [201, 204, 400, 401, 404])
def test_a_refusal_is_not_asked_again(client, source, landing, landed, status) -> None:
    source.says(status=status)
    with pytest.raises(PermanentError, match=f"{ABOUT}: HTTP {status}"):
        client.land(CALL, landing, ABOUT)
    assert len(source.got) == 1
    assert landed() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_token_stays_at_home(
    client, source, landing, landed, status
) -> None:
    source.says(status=status, headers={"Location": f"{source.url}elsewhere"}).says(body=[])
    with pytest.raises(PermanentError, match="redirects elsewhere"):
        client.land(CALL, landing, ABOUT)
    assert [path for path, _ in source.got] == ["/reports/estimates"]
    assert landed() == []


def test_an_endless_refusal_is_read_in_part(client, source, landing) -> None:
    source.says(status=400, body=b"x" * 10_000_000)
    with pytest.raises(PermanentError) as refused:
        client.land(CALL, landing, ABOUT)
    assert len(str(refused.value)) < http.ERROR_BODY_BYTES + 200


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "body": {"message": f"no such token: Bearer {TOKEN}"}},
        {"status": 500, "body": f"<pre>Authorization: Bearer {TOKEN}</pre>"},
        {"resets": True},
        {"body": b"[", "headers": {"x-echo": TOKEN, "x-currency": "USD"}},
        {"body": [], "headers": {"x-echo": TOKEN, "x-currency": "USD"}},
    ],
    ids=["echo_in_refusal", "echo_in_crash", "reset", "cut_off", "echo_in_headers"],
)
def test_the_token_is_in_no_part_message_traceback_or_log(
    client, source, landing, store, caplog, answer
) -> None:
    source.says(**answer)
    caplog.set_level(logging.DEBUG)
    told = ""
    try:
        client.land(CALL, landing, ABOUT)
    except (PermanentError, TransientError) as error:
        told = "".join(traceback.format_exception(error))
    kept = b"".join(store.get(key) for key in store.list(""))
    assert source.tokens[0] == f"Bearer {TOKEN}"
    assert TOKEN not in told
    assert TOKEN not in caplog.text
    assert TOKEN.encode() not in kept


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("pat/planted", '{"message": "no token pat\\/planted"}'),
        ("pat_planted", '{"message": "no token pat\\u005fplanted"}'),
        ("pat\\planted", '{"message": "no token pat\\\\planted"}'),
        ("pat\\planted", '{"message": "no token pat\\\\planted"'),
        ("pat+planted", "no token pat%2Bplanted"),
    ],
)
def test_a_token_that_is_repeated_in_other_spelling_is_not_told(
    source, landing, token, said
) -> None:
    source.says(status=400, body=said)
    with pytest.raises(PermanentError, match=r"no token \[token\]") as told:
        make_client(source.url, token).land(CALL, landing, ABOUT)
    assert "planted" not in str(told.value)
