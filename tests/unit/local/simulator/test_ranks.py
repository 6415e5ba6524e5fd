from itertools import pairwise

import pytest

WINDOW = "2025-07-01/2025-07-28"


@pytest.fixture
def reelshort(client):
    (found,) = client.get("/v2/unified-apps/search", params={"q": "reelshort"}).json()["results"]
    return found["unified_app"]["member_product_ids"]


def ask(client, ids, window=WINDOW, granularity="daily", **params):
    joined = ";".join(map(str, ids))
    return client.get(f"/v2/ranks/{joined}/{granularity}/{window}", params=params)


def positions(answer):
    return {
        (s["product_id"], s["country"], s["category"]["subtype"]): s["positions"]
        for s in answer.json()["data"]
    }


def test_series_are_aligned_with_the_dates(client, reelshort):
    answer = ask(client, reelshort, countries="US;JP").json()
    assert (answer["dates"][0], answer["dates"][-1]) == (
        "2025-07-01T00:00:00", "2025-07-28T00:00:00",
    )  # fmt: skip
    assert len(answer["dates"]) == 28
    assert len(answer["data"]) == 2 * 2 * 2
    assert {len(s[key]) for s in answer["data"] for key in ("positions", "deltas")} == {28}
    assert {s["category"]["subtype"] for s in answer["data"]} == {"free", "topgrossing"}
    assert {s["category"]["store"] for s in answer["data"]} == {"apple", "google_play"}


def test_windows_may_be_longer_than_28_days_and_agree(client, reelshort):
    long = positions(ask(client, reelshort, "2025-05-15/2025-08-20", countries="US"))
    short = positions(ask(client, reelshort, "2025-06-20/2025-07-17", countries="US"))
    assert {key: series[36:64] for key, series in long.items()} == short


def test_a_delta_is_the_climb_since_the_day_before(client, reelshort):
    for series in ask(client, reelshort, countries="JP").json()["data"]:
        known, deltas = series["positions"], series["deltas"]
        assert deltas[1:] == [
            before - now if before and now else None for before, now in pairwise(known)
        ]
        assert any(deltas)


def test_null_is_not_ranked_within_the_filter(client, model):
    ids = [product.id for product in model.products if str(product.app.released_on) < "2025-06"]
    deep = positions(ask(client, ids, countries="US", filter="1000"))
    usual = positions(ask(client, ids, countries="US"))
    expected = {
        key: [p if p and p <= 400 else None for p in series] for key, series in deep.items()
    }
    assert usual == {key: series for key, series in expected.items() if any(series)}
    assert any(None in series and any(series) for series in usual.values())
    assert max(p for series in deep.values() for p in series if p) > 400


def test_no_two_products_share_a_place_in_a_chart(client, model):
    stores = {product.id: product.store for product in model.products}
    places = [
        (stores[product], subtype, day, position)
        for (product, _, subtype), series in positions(
            ask(client, [p.id for p in model.products], countries="ID", filter="1000")
        ).items()
        for day, position in enumerate(series)
        if position
    ]
    assert len(places) > 1000
    assert len(set(places)) == len(places)


def test_charts_follow_the_estimates(client, model, estimates):
    rows = estimates("2025-07-05", "2025-07-05", "product", countries="US", storefronts="apple:ios")
    ids = [row["product_id"] for row in rows]
    charted = positions(ask(client, ids, "2025-07-05/2025-07-05", countries="US", filter="1000"))
    revenue = {row["product_id"]: float(row["revenue"]) for row in rows}
    ranked = sorted((s[0], id_) for (id_, _, kind), s in charted.items() if kind == "topgrossing")
    figures = [revenue[id_] for _, id_ in ranked]
    assert len(figures) > 10
    assert figures == sorted(figures, reverse=True)


@pytest.mark.parametrize("joined", ["US,JP", "US;JP"])
def test_countries_are_joined_by_comma_or_semicolon(client, reelshort, joined):
    answer = ask(client, reelshort, countries=joined).json()
    assert {series["country"] for series in answer["data"]} == {"US", "JP"}


def test_the_dates_end_with_yesterday(client, reelshort):
    answer = ask(client, reelshort, "-3/0", countries="US").json()
    assert [day[:10] for day in answer["dates"]] == ["2025-10-07", "2025-10-08", "2025-10-09"]
    assert {len(series["positions"]) for series in answer["data"]} == {3}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"granularity": "weekly"}, "granularity 'weekly'"),
        ({"filter": "0"}, "filter '0'"),
        ({"filter": "1001"}, "filter '1001'"),
        ({"window": "2025-07-02/2025-07-01"}, "before start"),
        ({"window": "tomorrow/0"}, "start 'tomorrow'"),
        ({"countries": "USA"}, "'USA'"),
        ({"format": "csv"}, "json"),
        ({"tz": "cet"}, "tz"),
    ],
)
def test_bad_parameters_are_named(client, reelshort, asked, named):
    answer = ask(client, reelshort, **asked)
    assert answer.status_code == 400
    assert named in answer.json()["message"]


def test_unknown_products_only_are_an_empty_parameter(client):
    answer = ask(client, [1, 2])
    assert answer.status_code == 400
    assert "or empty product parameter" in answer.json()["message"]
