from csv import DictReader
from decimal import Decimal
from io import StringIO

import pytest

from shortdrama_local.simulator.countries import CODES

JULY_FIRST = {"start_date": "2025-07-01", "end_date": "2025-07-02"}


def ask(client, **params):
    return client.get("/v2/reports/estimates", params=params)


def reelshort(client):
    found = client.get("/v2/unified-apps/search", params={"q": "reelshort"}).json()["results"]
    return found[0]["unified_app"]["member_product_ids"]


def test_flat_rows_as_the_vendor_sends_them(client):
    apple, google = reelshort(client)
    answer = ask(client, **JULY_FIRST, group_by="product,date", format="flat",
                 products=f"{apple},{google}", countries="US")  # fmt: skip
    assert answer.headers["x-currency"] == "USD"
    assert [(row["product_id"], row["start_date"]) for row in answer.json()] == [
        (apple, "2025-07-01T00:00:00"),
        (apple, "2025-07-02T00:00:00"),
        (google, "2025-07-01T00:00:00"),
        (google, "2025-07-02T00:00:00"),
    ]
    for row in answer.json():
        assert list(row) == ["start_date", "end_date", "product_id", "downloads", "revenue"]
        assert row["end_date"] == row["start_date"]
        assert isinstance(row["downloads"], int)
        assert row["revenue"] == f"{Decimal(row['revenue']):.2f}"


def test_plural_pivots_and_semicolons_are_understood_too(client):
    apple, google = reelshort(client)
    new = ask(client, **JULY_FIRST, group_by="date,store", products=f"{apple},{google}").json()
    old = ask(client, **JULY_FIRST, group_by="dates,stores", products=f"{apple};{google}").json()
    assert new == old


@pytest.mark.parametrize("pivot", ["country", "countries"])
def test_country_is_told_only_when_pivoted(client, pivot):
    rows = ask(client, **JULY_FIRST, group_by=pivot, countries="US;IN", format="flat").json()
    assert [set(row) for row in rows] == [{"country", "downloads", "revenue"}] * 2


def test_nested_answer_follows_the_order_of_pivots(client):
    apple, _ = reelshort(client)
    answer = ask(client, **JULY_FIRST, group_by="product,country,date", products=str(apple),
                 countries="US").json()  # fmt: skip
    leaf = answer[str(apple)]["US"]["2025-07-01"]
    assert list(answer[str(apple)]["US"]) == ["2025-07-01", "2025-07-02"]
    assert (leaf["product_id"], leaf["country"], leaf["date"]) == (apple, "US", "2025-07-01")


def test_nested_answer_by_product_alone_embeds_it(client):
    apple, _ = reelshort(client)
    answer = ask(client, **JULY_FIRST, group_by="products", products=str(apple)).json()
    assert answer[str(apple)]["product"]["name"] == "ReelShort"


def test_without_pivots_it_is_one_object_of_totals(client):
    assert set(ask(client, **JULY_FIRST).json()) == {"downloads", "revenue"}


def test_csv_has_the_flat_rows(client):
    params = {**JULY_FIRST, "group_by": "storefront"}
    rows = list(DictReader(StringIO(ask(client, **params, format="csv").text)))
    flat = ask(client, **params, format="flat").json()
    assert rows == [{key: str(value) for key, value in row.items()} for row in flat]
    assert [row["storefront"] for row in rows] == ["apple:ios", "google_play"]


def test_storefronts_filter(client):
    params = {**JULY_FIRST, "group_by": "storefront", "format": "flat"}
    (row,) = ask(client, **params, storefronts="google_play").json()
    assert row["storefront"] == "google_play"


@pytest.mark.parametrize(
    ("granularity", "starts"),
    [
        ("weekly", ["2025-06-30", "2025-07-07"]),
        ("monthly", ["2025-07-01"]),
        ("quarterly", ["2025-07-01"]),
        ("yearly", ["2025-01-01"]),
    ],
)
def test_coarser_granularity_rounds_the_window_out(client, granularity, starts):
    rows = ask(client, start_date="2025-07-02", end_date="2025-07-08", group_by="date",
               granularity=granularity, format="flat").json()  # fmt: skip
    assert [row["start_date"][:10] for row in rows] == starts


def test_long_answers_are_one_whole_list(client):
    rows = ask(client, start_date="2025-07-01", end_date="2025-09-30", group_by="product,date",
               format="flat").json()  # fmt: skip
    keys = [(row["product_id"], row["start_date"]) for row in rows]
    assert len(keys) > 40_000
    assert len(set(keys)) == len(keys)


def test_days_without_an_estimate_are_absent_not_zero(client):
    rows = ask(client, start_date="2025-07-01", end_date="2025-07-31", group_by="product,date",
               format="flat", countries="NP").json()  # fmt: skip
    assert rows
    assert all(row["downloads"] or row["revenue"] != "0.00" for row in rows)


def test_the_last_days_are_missing_longer_on_google_play(client):
    """The clock says 10 October: Apple has told up to the 8th, Google Play up to the 7th."""
    rows = ask(client, start_date="-9", end_date="0", group_by="storefront,date",
               format="flat").json()  # fmt: skip
    last = {row["storefront"]: row["start_date"][:10] for row in rows}
    assert last == {"apple:ios": "2025-10-08", "google_play": "2025-10-07"}


@pytest.mark.parametrize(
    ("offset", "first"),
    [
        ("-30", "2025-09-10"),
        ("-2w", "2025-09-26"),
        ("-1m", "2025-09-10"),
        ("-1y", "2024-10-10"),
        ("w", "2025-10-03"),
        ("m", "2025-09-10"),
        ("-m", "2025-09-10"),
        ("y", "2024-10-10"),
    ],
)
def test_relative_dates_count_back_from_today(client, offset, first):
    rows = ask(client, start_date=offset, end_date="-4", group_by="date", format="flat").json()
    assert rows[0]["start_date"] == f"{first}T00:00:00"


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"start_date": "2025-02-30"}, "start_date '2025-02-30'"),
        ({"end_date": "yesterday"}, "end_date 'yesterday'"),
        ({"start_date": "2025-07-02", "end_date": "2025-07-01"}, "before start_date"),
        ({"group_by": "product,planet"}, "'planet'"),
        ({"granularity": "hourly"}, "granularity 'hourly'"),
        ({"format": "xml"}, "format 'xml'"),
        ({"countries": "USA"}, "'USA'"),
        ({"products": "1"}, "or empty product parameter"),
        ({"products": "planets:mars"}, "'planets'"),
        ({"rollups": "yes"}, "rollups 'yes'"),
        ({"start_date_prev": "2025-06-01"}, "go together"),
        ({"start_date_prev": "-1", "end_date_prev": "-2"}, "before start_date_prev"),
        ({"start_date": "-9999y"}, "leaves the calendar"),
        ({"end_date": "9999-12-31", "granularity": "monthly"}, "leaves the calendar"),
        ({"end_date": "9999-12-31", "granularity": "weekly"}, "leaves the calendar"),
        ({"products": "9" * 5000}, "or empty product parameter"),
    ],
)
def test_bad_parameters_are_named(client, params, named):
    answer = ask(client, **params)
    assert answer.status_code == 400
    assert set(answer.json()) == {"status", "message", "additional"}
    assert named in answer.json()["message"]


def test_a_country_without_estimates_has_no_rows(client):
    assert ask(client, **JULY_FIRST, group_by="product", countries="AQ", format="flat").json() == []


def test_there_is_no_market_before_the_model_begins(client):
    params = {"start_date": "2019-01-01", "end_date": "2019-12-31", "group_by": "date"}
    assert ask(client, **params, format="flat").json() == []


def test_all_countries_by_name_are_those_of_the_model(client):
    rows = ask(client, **JULY_FIRST, group_by="country", format="flat").json()
    assert {row["country"] for row in rows} == set(CODES)
    assert len(rows) == 62


ROLLED_UP = {"group_by": "country,product,date", "countries": "US;IN", "format": "flat",
             "rollups": "true", **JULY_FIRST}  # fmt: skip


def test_sub_totals_follow_their_rows_and_the_grand_total_comes_last(client):
    apple, google = reelshort(client)
    rows = ask(client, **ROLLED_UP, products=f"{apple},{google}").json()
    assert [row.get("rollup") for row in rows] == (
        [None, None, ["country", "product"], None, None, ["country", "product"], ["country"]] * 2
        + [[]]
    )
    assert set(rows[2]) == {"country", "product_id", "rollup", "downloads", "revenue"}
    assert set(rows[-1]) == {"rollup", "downloads", "revenue"}


def test_each_total_is_the_sum_of_its_rows(client):
    rows = ask(client, **ROLLED_UP).json()
    leaves = [row for row in rows if "rollup" not in row]
    assert len(leaves) > 100
    for total in (row for row in rows if "rollup" in row):
        below = [
            leaf
            for leaf in leaves
            if all(leaf[key] == total[key] for key in ("country", "product_id") if key in total)
        ]
        assert total["downloads"] == sum(leaf["downloads"] for leaf in below)
        assert Decimal(total["revenue"]) == sum(Decimal(leaf["revenue"]) for leaf in below)
    assert leaves == ask(client, **{**ROLLED_UP, "rollups": "false"}).json()


def test_roll_ups_of_nothing_are_nothing(client):
    assert ask(client, **{**ROLLED_UP, "countries": "AQ"}).json() == []


@pytest.mark.parametrize("rollups", ["true", "false"])
def test_without_a_group_there_is_one_row_that_is_no_roll_up(client, rollups):
    asked = {**ROLLED_UP, "group_by": "", "rollups": rollups}
    (row,) = ask(client, **asked).json()
    assert row.keys() == {"downloads", "revenue"}
    assert row["downloads"] > 0
    assert ask(client, **{**asked, "countries": "AQ"}).json() == [
        {"downloads": 0, "revenue": "0.00"}
    ]


def test_previous_tells_the_same_row_of_the_window_before(client):
    asked = {"group_by": "country,date", "countries": "US;IN", "format": "flat"}
    before = ask(client, **asked, start_date="2025-06-01", end_date="2025-06-02").json()
    rows = ask(client, **asked, **JULY_FIRST, start_date_prev="2025-06-01",
               end_date_prev="2025-06-02").json()  # fmt: skip
    assert [row["previous"] for row in rows] == [
        {key: row[key] for key in ("start_date", "downloads", "revenue")} for row in before
    ]
    plain = ask(client, **asked, **JULY_FIRST).json()
    assert [{k: v for k, v in row.items() if k != "previous"} for row in rows] == plain


def test_previous_is_zero_where_there_was_nothing(client, model):
    young = next(p for p in model.products if str(p.app.released_on)[:7] == "2025-07")
    rows = ask(client, group_by="product", products=str(young.id), format="flat",
               start_date="2025-08-01", end_date="2025-08-31",
               start_date_prev="2025-06-01", end_date_prev="2025-06-30").json()  # fmt: skip
    assert rows[0]["downloads"] > 0
    assert rows[0]["previous"] == {
        "start_date": "2025-06-01T00:00:00", "downloads": 0, "revenue": "0.00",
    }  # fmt: skip


def test_totals_have_their_previous_too(client):
    rows = ask(client, **ROLLED_UP, start_date_prev="2025-06-01", end_date_prev="2025-06-02").json()
    before = ask(client, **{**ROLLED_UP, "start_date": "2025-06-01", "end_date": "2025-06-02"})
    assert rows[-1]["previous"]["downloads"] == before.json()[-1]["downloads"]


@pytest.mark.parametrize(
    ("filter_string", "storefronts"),
    [
        ("storefronts:apple:ios;types:app", {"apple:ios"}),
        ("storefronts:google_play", {"google_play"}),
        ("storefronts:apple:ios,google_play", {"apple:ios", "google_play"}),
        ("types:app", {"apple:ios", "google_play"}),
    ],
)
def test_products_may_be_a_filter_string(client, filter_string, storefronts):
    rows = ask(client, **JULY_FIRST, group_by="storefront", format="flat",
               products=filter_string).json()  # fmt: skip
    assert {row["storefront"] for row in rows} == storefronts


@pytest.mark.parametrize(
    "matches_nothing", ["types:inapp", "storefronts:steam", "storefronts:apple:ios;types:book", ";"]
)
def test_a_filter_that_matches_nothing_is_an_empty_parameter(client, matches_nothing):
    answer = ask(client, **JULY_FIRST, products=matches_nothing)
    assert answer.status_code == 400
    assert "or empty product parameter" in answer.json()["message"]


def test_a_product_that_is_not_released_yet_is_no_product(client, model):
    later = next(p for p in model.products if p.app.released_on.year == 2026)
    assert ask(client, **JULY_FIRST, products=str(later.id)).status_code == 400


def test_negative_downloads_fault_shows_until_it_is_cleared(client):
    params = {**JULY_FIRST, "group_by": "product,date", "countries": "US", "format": "flat"}
    healthy = ask(client, **params).json()
    client.put("/simulator/faults", json={"/v2/reports/estimates": "negative_downloads"})
    bad = ask(client, **params).json()
    client.delete("/simulator/faults")
    assert sum(row["downloads"] < 0 for row in bad) == 25
    assert [r["revenue"] for r in bad] == [r["revenue"] for r in healthy]
    assert ask(client, **params).json() == healthy
