import json
import socket
from datetime import UTC, datetime
from threading import Thread
from time import perf_counter, sleep

import pytest
import requests
import uvicorn
from fastapi.testclient import TestClient

from shortdrama.core.clock import Clock
from shortdrama_local.simulator.app import create_app
from shortdrama_local.simulator.faults import FAULTS_BY_ROUTE, Fault
from shortdrama_local.simulator.hashtags import TAG_NAMED

TOKEN = "pat_for_tests"
AFTER_2025Q3 = datetime(2025, 10, 10, 6, tzinfo=UTC)
PRODUCT = 384758448052
TAG = TAG_NAMED["reelshort"]
ESTIMATES, PRODUCTS = "/v2/reports/estimates", "/v2/products/mine"
HASHTAGS = "/creative_radar_api/v1/popular_trend/hashtag"

REQUESTS = {
    ESTIMATES: f"{ESTIMATES}?start_date=2025-07-01&end_date=2025-07-03&group_by=product,date"
    f"&format=flat&countries=US",
    PRODUCTS: f"{PRODUCTS}?page=2&count=100",
    "/v2/unified-apps/search": "/v2/unified-apps/search?page=2&count=100"
    "&expand=unified-app-intelligence-metadata-minimal,estimates",
    "/v2/ranks": f"/v2/ranks/{PRODUCT}/daily/2025-07-01/2025-07-28?countries=US",
    "/v2/usage": "/v2/usage",
    f"{HASHTAGS}/list": f"{HASHTAGS}/list?page=2",
    f"{HASHTAGS}/detail": f"{HASHTAGS}/detail?hashtag_name=reelshort",
    "/open_api/v1.3/discovery/trending_list": "/open_api/v1.3/discovery/trending_list/"
    "?discovery_type=HASHTAG&advertiser_id=7",
    "/open_api/v1.3/discovery/detail": "/open_api/v1.3/discovery/detail/?discovery_type=HASHTAG"
    f"&advertiser_id=7&hashtag_id={TAG.id}&country_code=US&date_range=7DAY",
}

STATUS = {
    "http_401": 401, "http_403": 403, "http_403_api_disabled": 403, "http_420": 420,
    "http_429_retry_after": 429, "http_429": 429, "http_500": 500, "http_502": 502,
}  # fmt: skip

EVERY_FAULT_OF_EVERY_ROUTE = [
    pytest.param(route, fault, id=f"{route}-{fault}")
    for route, faults in FAULTS_BY_ROUTE.items()
    for fault in faults
    if fault not in (Fault.SLOW, Fault.CONNECTION_RESET)
]


@pytest.fixture(scope="module")
def shared(model):
    return TestClient(create_app(model, Clock(AFTER_2025Q3), TOKEN))


@pytest.fixture
def client(shared):
    """One application for all tests here, as new for each."""
    shared.headers = {"Authorization": f"Bearer {TOKEN}", "Access-Token": TOKEN}
    shared.delete("/simulator/faults")
    shared.put("/simulator/quota", json={"used": 0})
    return shared


@pytest.fixture
def ask(client):
    def get(route):
        return client.get(REQUESTS[route])

    return get


def set_fault(client, route, fault, **limits):
    answer = client.put("/simulator/faults", json={route: {"fault": fault, **limits}})
    assert answer.status_code == 200, answer.text


def test_each_fault_is_on_some_route_and_says_what_it_does():
    shown = {fault for faults in FAULTS_BY_ROUTE.values() for fault in faults}
    assert shown == set(Fault)
    assert all(fault.meaning.endswith(".") and "\n" not in fault.meaning for fault in Fault)


def test_each_route_has_a_request_here():
    assert REQUESTS.keys() == FAULTS_BY_ROUTE.keys()


@pytest.mark.parametrize(("route", "fault"), EVERY_FAULT_OF_EVERY_ROUTE)
def test_a_fault_shows_once_and_then_the_answer_is_as_without_it(client, ask, route, fault):
    healthy = ask(route)
    assert healthy.status_code == 200
    set_fault(client, route, fault, times=1)
    faulty, healed = ask(route), ask(route)
    assert faulty.status_code == STATUS.get(fault, 200)
    assert (faulty.content, faulty.headers["content-type"], faulty.headers.get("x-currency")) != (
        healthy.content, healthy.headers["content-type"], healthy.headers.get("x-currency"),
    )  # fmt: skip
    assert healed.status_code == 200
    if route != "/v2/usage":
        assert healed.content == healthy.content
    assert faulty.headers["X-Shortdrama-Sample"] == "true"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("http_401", "Could not authenticate"),
        ("http_403", "AccessToken invalid"),
        ("http_403_api_disabled", "API Access is disabled"),
        ("http_420", "Chill Out!"),
        ("http_500", "Internal Server Error"),
    ],
)
def test_appfigures_refuses_in_its_own_words(client, ask, fault, message):
    set_fault(client, ESTIMATES, fault)
    answer = ask(ESTIMATES)
    assert answer.json()["status"] == answer.status_code == STATUS[fault]
    assert message in answer.json()["message"]
    assert answer.headers["X-Request-Limit"] == "1000"
    assert answer.headers["X-Request-Usage"] == ("1000" if fault == "http_420" else "1")


def test_retry_after_is_told_only_by_that_fault(client, ask):
    set_fault(client, ESTIMATES, "http_429_retry_after", seconds=7)
    assert ask(ESTIMATES).headers["Retry-After"] == "7"
    set_fault(client, ESTIMATES, "http_429")
    assert "Retry-After" not in ask(ESTIMATES).headers


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (ESTIMATES, {"status": 500, "message": "Internal Server Error", "additional": ""}),
        (f"{HASHTAGS}/list",
         {"code": 50000, "msg": "Internal Server Error", "request_id": "", "data": {}}),
        ("/open_api/v1.3/discovery/detail",
         {"code": 50000, "message": "Internal Server Error", "request_id": "", "data": {}}),
    ],
)  # fmt: skip
def test_an_error_object_with_http_200_has_the_vendors_form(client, ask, route, body):
    set_fault(client, route, "error_object_200")
    assert ask(route).json() == body


def test_truncated_json_is_whole_for_http_and_cut_for_json(client, ask):
    set_fault(client, ESTIMATES, "truncated_json")
    answer = ask(ESTIMATES)
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_wrong_content_type_leaves_the_body(client, ask):
    healthy = ask(ESTIMATES)
    set_fault(client, ESTIMATES, "wrong_content_type")
    assert ask(ESTIMATES).headers["content-type"].startswith("text/html")
    assert ask(ESTIMATES).content == healthy.content


def ids_of_pages(client, number):
    pages = [
        client.get(PRODUCTS, params={"count": 100, "page": n}).json() for n in range(1, number + 1)
    ]
    assert [page["metadata"]["resultset"]["page"] for page in pages] == list(range(1, number + 1))
    return [[product["id"] for product in page["results"]] for page in pages]


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ("duplicated_page", [0, 0, 2]),
        ("missing_page", [0, None, 2]),
        ("changed_page_order", [1, 0, 2]),
    ],
)
def test_page_faults_move_whole_pages_and_leave_their_numbers(client, fault, sent):
    healthy = ids_of_pages(client, 3)
    set_fault(client, PRODUCTS, fault)
    assert ids_of_pages(client, 3) == [[] if n is None else healthy[n] for n in sent]


def test_record_faults_touch_what_they_say(client, ask):
    healthy = ask(ESTIMATES).json()
    answers = {}
    for fault in ("extra_field", "missing_field", "changed_type"):
        set_fault(client, ESTIMATES, fault)
        answers[fault] = ask(ESTIMATES).json()
    assert all(row.pop("unheard_of") for row in answers["extra_field"])
    assert answers["extra_field"] == healthy
    assert "downloads" not in answers["missing_field"][0]
    assert answers["changed_type"][0]["downloads"] == [healthy[0]["downloads"]]
    assert answers["missing_field"][1:] == answers["changed_type"][1:] == healthy[1:]


def test_the_currency_changes_where_it_is_told(client, ask):
    for route in (ESTIMATES, "/v2/unified-apps/search"):
        set_fault(client, route, "currency_change")
        answer = ask(route)
        if route == ESTIMATES:
            assert answer.headers["x-currency"] == "EUR"
        else:
            told = {r["revenue_estimate"]["currency_code"] for r in answer.json()["results"]}
            assert told == {"EUR"}


def test_a_fault_is_for_its_route_only_and_short_form_lasts(client, ask):
    client.put("/simulator/faults", json={"/v2/ranks": "http_500"})
    assert [ask("/v2/ranks").status_code for _ in range(3)] == [500] * 3
    assert ask(ESTIMATES).status_code == 200
    assert client.delete("/simulator/faults").status_code == 204
    assert ask("/v2/ranks").status_code == 200


def test_a_refused_request_stays_refused_as_it_is(client, ask):
    set_fault(client, ESTIMATES, "html_error_page")
    client.headers["Authorization"] = "Bearer wrong"
    assert ask(ESTIMATES).status_code == 403


def test_spoiled_answers_count_for_the_quota(client, ask):
    set_fault(client, ESTIMATES, "http_502")
    ask(ESTIMATES)
    assert client.get("/simulator/quota").json()["used"] == 1


def test_the_plan_tells_how_often_a_fault_will_still_show(client, ask):
    set_fault(client, ESTIMATES, "http_500", times=2)
    ask(ESTIMATES)
    assert client.get("/simulator/faults").json() == {
        ESTIMATES: {"fault": "http_500", "times": 1, "seconds": None}
    }


@pytest.mark.parametrize(
    ("plan", "named"),
    [
        ({"/v2/nowhere": "slow"}, "/v2/nowhere"),
        ({"/v2/usage": "missing_page"}, "missing_page does not fit"),
        ({"/v2/usage": {"fault": "slow", "times": -1}}, "times"),
        ({"/v2/usage": {"fault": "slow", "time": 1}}, "time"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_reason(client, plan, named):
    answer = client.put("/simulator/faults", json=plan)
    assert answer.status_code == 422
    assert named in answer.text
    assert client.get("/simulator/faults").json() == {}


@pytest.fixture(scope="module")
def live(model):
    """The address of a simulator behind a real socket."""
    app = create_app(model, Clock(), TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def over_the_wire(live, route, fault, **limits):
    plan = {route: {"fault": fault, **limits}}
    requests.put(f"{live}/simulator/faults", json=plan, timeout=5).raise_for_status()
    headers = {"Authorization": f"Bearer {TOKEN}", "Access-Token": TOKEN}
    return requests.get(live + REQUESTS[route], headers=headers, timeout=5, stream=True)


@pytest.mark.parametrize("route", FAULTS_BY_ROUTE)
def test_connection_reset_cuts_the_connection_in_the_middle_of_the_body(live, route):
    with over_the_wire(live, route, "connection_reset") as answer:
        assert answer.status_code == 200
        promised = int(answer.headers["content-length"])
        received = answer.raw.read1(promised)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            list(answer.iter_content(1 << 20))
    assert 0 < len(received) <= promised // 2


def test_a_slow_answer_comes_late_and_whole(live):
    start = perf_counter()
    with over_the_wire(live, ESTIMATES, "slow", seconds=0.3) as answer:
        assert answer.json()
    assert perf_counter() - start >= 0.3
