import pytest


@pytest.mark.parametrize(
    "route",
    ["/health", "/v2/usage", "/v2/nowhere", "/nowhere", "/simulator/clock",
     "/v2/reports/estimates?format=flat&start_date=-9",
     "/creative_radar_api/v1/popular_trend/hashtag/list"],
)  # fmt: skip
@pytest.mark.parametrize("authorization", ["Bearer pat_for_tests", "Bearer wrong"])
def test_every_answer_is_marked_as_sample(client, route, authorization):
    answer = client.get(route, headers={"Authorization": authorization})
    assert answer.headers["X-Shortdrama-Sample"] == "true"


def test_health_needs_no_token(client):
    answer = client.get("/health", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_the_clock_can_be_set_and_let_run(client):
    client.put("/simulator/clock", json={"frozen_at": "2025-07-05T00:00:00Z"})
    rows = client.get("/v2/reports/estimates", params={
        "start_date": "2025-07-01", "group_by": "date", "storefronts": "apple:ios",
        "format": "flat",
    }).json()  # fmt: skip
    assert [row["start_date"][:10] for row in rows] == ["2025-07-01", "2025-07-02", "2025-07-03"]
    client.put("/simulator/clock", json={"frozen_at": None})
    assert client.get("/simulator/clock").json() == {"frozen_at": None}


def test_a_clock_without_a_zone_is_refused(client):
    answer = client.put("/simulator/clock", json={"frozen_at": "2025-07-05T00:00:00"})
    assert answer.status_code == 422


def test_an_unknown_fault_is_refused(client):
    assert client.put("/simulator/faults", json={"/v2/usage": "meteorite"}).status_code == 422
    assert client.get("/simulator/faults").json() == {}


def test_the_quota_can_be_made_to_end_at_any_call(client):
    assert client.get("/simulator/quota").json() == {"limit": 1000, "used": 0}
    client.put("/simulator/quota", json={"limit": 3})
    statuses = [client.get("/v2/usage").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 420, 420]
    assert client.put("/simulator/quota", json={"used": 2}).json() == {"limit": 3, "used": 2}
    assert [client.get("/v2/usage").status_code for _ in range(2)] == [200, 420]


@pytest.mark.parametrize("setting", [{"limit": -1}, {"limits": 5}, {"used": "all"}])
def test_a_quota_that_makes_no_sense_is_refused(client, setting):
    assert client.put("/simulator/quota", json=setting).status_code == 422
    assert client.get("/simulator/quota").json() == {"limit": 1000, "used": 0}
