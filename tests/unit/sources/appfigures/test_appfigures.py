import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shortdrama.core.errors import (
    CredentialRefused,
    PermanentError,
    QuotaError,
    SchemaError,
    SourceError,
    TransientError,
)
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.lake.landing import Usage, read_part
from shortdrama.sources.appfigures.client import classify, usage
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.http import Refusal

DAYS = Window(start=date(2025, 9, 1), end=date(2025, 9, 3))
ASKED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAYS)
LISTED = PullRequest(dataset=PRODUCTS.id, run_key="run")
CHILL_OUT = {"status": 420, "message": "Chill Out!", "additional": "used 1000 of 1000"}
USD = {"x-currency": "USD"}


def row(**changes: Any) -> dict[str, Any]:
    return {
        "product_id": 336744124021,
        "start_date": "2025-09-01T00:00:00",
        "downloads": 512,
        "revenue": "1024.50",
        **changes,
    }


def page(*results: Any, pages: int = 1) -> dict[str, Any]:
    return {"results": list(results), "metadata": {"resultset": {"total_pages": pages}}}


def product(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "name": "短剧",
        "developer": "Maker",
        "store": "apple",
        "storefront": "apple:ios",
        "vendor_identifier": "com.example",
        "type": "app",
        "release_date": "2024-02-29T00:00:00",
        "added_date": None,
        "active": True,
        **changes,
    }


def test_estimates_are_asked_once_for_the_world_and_once_per_country(
    pull, settings, simulator
) -> None:
    landed = pull(ASKED, settings)
    common = {
        "start_date": "2025-09-01",
        "end_date": "2025-09-03",
        "group_by": "product,date",
        "granularity": "daily",
        "format": "flat",
    }
    assert simulator.calls == [
        ("/v2/reports/estimates", common),
        ("/v2/reports/estimates", {**common, "countries": "US"}),
        ("/v2/reports/estimates", {**common, "countries": "CN"}),
    ]
    assert landed.coverage.countries == ("ZZ", "US", "CN")
    assert landed.coverage.window == DAYS
    assert landed.is_sample


def test_estimates_come_as_said_with_country_and_currency_from_around_the_body(
    pull, rows, settings, store
) -> None:
    landed = pull(ASKED, settings)
    told = {
        (entry["product_id"], part.context["country_code"], entry["start_date"][:10]): (
            entry["downloads"],
            Decimal(entry["revenue"]),
        )
        for part in landed.parts
        for entry in json.loads(read_part(store, part))
    }
    loaded = rows(
        landed,
        settings,
        "select product_id, country_code, cast(estimated_on as varchar), downloads, revenue,"
        " currency, load_id, is_sample from load",
    )
    assert {entry[:3]: entry[3:5] for entry in loaded} == told
    assert len(loaded) == len(told) > 1000
    assert {entry[5:] for entry in loaded} == {("USD", landed.load_id, True)}


def test_what_the_vendor_does_not_tell_is_no_row_and_a_zero_stays_one(
    pull, rows, scripted, source
) -> None:
    source.says(body=[row(), row(product_id=2, downloads=0, revenue="0.00")], headers=USD)
    source.says(body=[row(revenue="900.00")], headers=USD).says(body=[], headers=USD)
    found = rows(
        pull(ASKED, scripted),
        scripted,
        "select country_code, product_id, downloads, revenue from load order by all",
    )
    assert found == [
        ("US", 336744124021, 512, Decimal("900.00")),
        ("ZZ", 2, 0, Decimal("0.00")),
        ("ZZ", 336744124021, 512, Decimal("1024.50")),
    ]


def test_roll_up_rows_are_left_out(pull, rows, scripted, source) -> None:
    total = {"rollup": "product", "downloads": 999, "revenue": "9.00"}
    source.says(body=[row(), total, row(product_id=2, rollup=None)], headers=USD)
    found = rows(
        pull(ASKED, scripted),
        scripted,
        "select product_id, count(*) from load group by 1 order by 1",
    )
    assert found == [(2, 3), (336744124021, 3)]


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_the_currency_is_the_header_of_its_own_answer(
    pull, rows, scripted, source, currency
) -> None:
    source.says(body=[row()], headers=USD).says(body=[row()], headers={"X-Currency": currency})
    found = rows(pull(ASKED, scripted), scripted, "select country_code, currency from load")
    assert sorted(found) == [("CN", currency), ("US", currency), ("ZZ", "USD")]


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ({"downloads": 12.7}, 'field "downloads" should be a whole number, but is 12.7'),
        ({"downloads": "512"}, 'field "downloads" should be a whole number, but is "512"'),
        ({"downloads": None}, 'field "downloads" should be a whole number, but is missing'),
        ({"downloads": 2**63}, "9223372036854775808"),
        ({"revenue": 1024.5}, 'field "revenue" should be a text, but is 1024.5'),
        ({"revenue": "USD 5"}, 'field "revenue" should be an amount as text, but is "USD 5"'),
        ({"start_date": "September"}, 'field "start_date" should be a date, but is "September"'),
        ({"product_id": "1"}, 'field "product_id" should be a whole number, but is "1"'),
    ],
    ids=[
        "float_downloads",
        "text_downloads",
        "no_downloads",
        "huge_downloads",
        "numeric_revenue",
        "revenue_with_unit",
        "month_for_day",
        "text_product",
    ],
)
def test_an_answer_of_another_type_is_refused_by_part_and_field(
    pull, rows, scripted, source, defect, told
) -> None:
    source.says(body=[row(), {**row(product_id=2), **defect}], headers=USD)
    landed = pull(ASKED, scripted)
    with pytest.raises(SchemaError) as refused:
        rows(landed, scripted, "select 1")
    message = str(refused.value)
    assert told in message
    assert landed.load_id in message
    assert str(DAYS) in message
    assert "fix the connector" in message
    if "9223" not in told:
        assert any(part.key in message for part in landed.parts)


def test_a_renamed_field_is_refused_not_read_as_nothing(pull, rows, scripted, source) -> None:
    renamed = row()
    renamed["units"] = renamed.pop("downloads")
    source.says(body=[renamed], headers=USD)
    with pytest.raises(SchemaError, match='"downloads" should be a whole number, but is missing'):
        rows(pull(ASKED, scripted), scripted, "select 1")


def test_an_answer_without_a_currency_is_refused(pull, rows, scripted, source) -> None:
    source.says(body=[row()])
    with pytest.raises(SchemaError, match="no header x-currency"):
        rows(pull(ASKED, scripted), scripted, "select 1")


def test_an_answer_that_is_no_json_inside_is_refused(pull, rows, scripted, source) -> None:
    source.says(body=b'[{"product_id": 1, oops}]', headers=USD)
    with pytest.raises(SchemaError, match="agreed shape"):
        rows(pull(ASKED, scripted), scripted, "select 1")


@pytest.mark.parametrize("request_", [ASKED, LISTED], ids=["estimates", "products"])
@pytest.mark.parametrize(
    "body", [{"status": 403, "message": "AccessToken invalid"}, "<html>", "null", {"results": 5}],
    ids=["error_object", "html", "null", "other_shape"],
)  # fmt: skip
def test_something_else_than_the_answer_is_refused_although_its_status_is_200(
    pull, scripted, source, store, request_, body
) -> None:
    source.says(body=body, headers=USD)
    with pytest.raises((PermanentError, TransientError), match=f"^{request_.dataset}"):
        pull(request_, scripted)
    assert list(store.list("landing/")) == []


@pytest.mark.parametrize(
    ("request_", "whole", "body"),
    [
        (ASKED, [], b""),
        (ASKED, [], b"[[1"),
        (LISTED, page(), b""),
        (LISTED, page(), b"   "),
        (LISTED, page(), b'{"results": [1'),
    ],
)
def test_an_answer_that_is_cut_off_is_asked_again(
    pull, scripted, source, request_, whole, body
) -> None:
    source.says(body=body, headers=USD).says(body=whole, headers=USD)
    landed = pull(request_, scripted)
    assert len(source.got) == len(landed.parts) + 1


def test_a_quota_that_ends_on_the_way_wastes_no_call(pull, scripted, source) -> None:
    source.says(body=[row()], headers=USD).says(body=[row()], headers=USD)
    source.says(status=420, body=CHILL_OUT)
    with pytest.raises(QuotaError, match=r"2025-09-01\.\.2025-09-03, CN: .*Chill Out!.*00:00 UTC"):
        pull(ASKED, scripted)
    assert [params.get("countries") for _, params in source.got] == [None, "US", "CN"]

    source.script.clear()
    source.says(body=[row()], headers=USD)
    landed = pull(ASKED, scripted)
    assert [params.get("countries") for _, params in source.got[3:]] == ["CN"]
    assert len(landed.parts) == 3


def test_another_run_asks_everything_anew(pull, settings, simulator) -> None:
    pull(ASKED, settings)
    pull(ASKED.model_copy(update={"run_key": "another"}), settings)
    assert len(simulator.calls) == 6


def test_estimates_without_a_window_are_refused(pull, settings, simulator) -> None:
    with pytest.raises(PermanentError, match="give start and end"):
        pull(ASKED.model_copy(update={"window": None}), settings)
    assert simulator.calls == []


def test_products_are_asked_page_by_page_and_joined_to_their_apps(
    pull, rows, settings, simulator
) -> None:
    landed = pull(LISTED, settings)
    mine = [params for path, params in simulator.calls if path == "/v2/products/mine"]
    unified = [params for path, params in simulator.calls if path == "/v2/unified-apps/search"]
    apps_alone = {"filter": "types:app", "products": "types:app"}
    assert mine == [{**apps_alone, "page": str(n + 1), "count": "100"} for n in range(len(mine))]
    assert unified == [
        {"expand": "unified-app-intelligence-metadata-minimal", "precision": "4",
         "page": str(n + 1), "count": "100"}
        for n in range(len(unified))
    ]  # fmt: skip
    assert len(mine) > 3
    assert len(mine) + len(unified) == len(simulator.calls) == len(landed.parts)
    ((products, apps, leaders),) = rows(
        landed,
        settings,
        "select count(distinct product_id), count(distinct unified_app_id),"
        " list(distinct store order by store) filter (unified_app_name = 'ReelShort') from load",
    )
    assert products > apps > 256
    assert leaders == ["apple", "google_play"]


def test_a_product_without_an_app_keeps_nulls_there(pull, rows, scripted, source) -> None:
    unified = {"unified_app": {"id": "ua_1", "name": "U", "publisher": None,
                               "member_product_ids": [2]}}  # fmt: skip
    source.says(body=page(product(), product(id=2, developer=None, active=None)))
    source.says(body=page(unified))
    found = rows(
        pull(LISTED, scripted),
        scripted,
        "select product_id, unified_app_id, developer, released_on, added_on, is_active from load"
        " order by 1",
    )
    assert found == [
        (1, None, "Maker", date(2024, 2, 29), None, True),
        (2, "ua_1", None, date(2024, 2, 29), None, True),
    ]


def test_apps_in_the_vendors_other_spelling_are_read_too(pull, rows, scripted, source) -> None:
    app = {"id": "ua_1", "name": "U", "publisher": "P", "member_product_ids": [1]}
    source.says(body=page(product()))
    source.says(body=page({"unified_app_intelligence_metadata_minimal": app}))
    found = rows(
        pull(LISTED, scripted), scripted, "select unified_app_id, unified_publisher from load"
    )
    assert found == [("ua_1", "P")]


MINIMAL = "unified_app_intelligence_metadata_minimal"


def members(*ids: Any) -> list[dict[str, Any]]:
    return [{"id": one, "name": "N", "storefronts": ["apple:ios"]} for one in ids]


@pytest.mark.parametrize(
    "found",
    [
        {"unified_app": {"id": "ua_1", "name": "U", "member_products": members(1, 2)}},
        {"unified_app_id": "ua_1", "unified_app": {"name": "U", "member_products": members(1, 2)}},
        {"unified_app": {"id": "ua_1", "name": "U", "member_product_ids": [1, 2]}},
        {MINIMAL: {"id": "ua_1", "name": "U", "member_product_ids": [1, 2]}},
        {"unified_app_id": "ua_1", MINIMAL: {"name": "U", "member_product_ids": [1, 2]}},
        {"unified_app": {"id": "ua_1", "name": "U"},
         MINIMAL: {"id": "ua_1", "name": "U", "member_product_ids": [1, 2]}},
        {"unified_app": {"id": "ua_1", "name": "U", "member_products": members(1, 2),
                         "member_product_ids": [1, 2]}},
        {"unified_app": {"id": "ua_1", "name": "U", "member_products": members(1)},
         MINIMAL: {"id": "ua_1", "name": "U", "member_product_ids": [2, 1]}},
        {"unified_app": {"id": "ua_1", "name": "U", "member_products": None,
                         "member_product_ids": [1, 2]}},
        {"unified_app": {"id": "ua_1", "name": "U", "member_products": members(1, 2, 2, 99)}},
        {"unified_app": None, "unified_app_id": "ua_1",
         MINIMAL: {"name": "U", "member_product_ids": [1, 2]}},
        {"unified_app": {"id": None, "name": "U", "member_products": members(1, 2)},
         "unified_app_id": "ua_1"},
        {"unified_app": {"id": "ua_1", "name": "U", "member_product_ids": None},
         MINIMAL: {"id": "ua_1", "name": "U", "member_product_ids": [1, 2]}},
    ],
    ids=["objects", "id_above", "ids", "metadata", "metadata_id_above", "ids_beside", "both",
         "both_in_parts", "null_objects", "twice_and_unknown", "null_app", "null_id", "null_ids"],
)  # fmt: skip
def test_members_are_read_as_objects_and_as_ids(pull, rows, scripted, source, found) -> None:
    source.says(body=page(product(), product(id=2))).says(body=page(found))
    loaded = rows(
        pull(LISTED, scripted),
        scripted,
        "select product_id, unified_app_id, unified_app_name from load order by 1",
    )
    assert loaded == [(1, "ua_1", "U"), (2, "ua_1", "U")]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"unified_app": {"id": "ua_1", "name": "U"}}, "unified_app.member_product_ids"),
        ({"unified_app": {"name": "U", "member_products": members(1)}}, "unified_app.id"),
        ({"unified_app": {"id": "ua_1", "member_products": members(1)}}, "unified_app.name"),
        ({"unified_app": {"id": "ua_1", "name": "U", "member_products": members("1")}},
         "unified_app.member_products.id"),
        ({"unified_app": {"id": "ua_1", "name": "U", "member_products": [{"name": "N"}]}},
         "unified_app.member_products.id"),
        ({"unified_app": {"id": "ua_1", "name": "U", "member_products": {}}},
         "unified_app.member_products"),
        ({"unified_app_id": "ua_1"}, "unified_app"),
        *(
            ({"unified_app": {"id": "ua_1", "name": "U", "member_product_ids": [1, wrong]}},
             "unified_app.member_product_ids")
            for wrong in (12.7, "2", True, None, 1e6)
        ),
    ],
    ids=["no_members", "no_id", "no_name", "text_id", "member_without_id", "object", "nothing",
         "id_with_a_fraction", "id_as_text", "id_true", "id_null", "id_as_float"],
)  # fmt: skip
def test_an_app_of_another_shape_is_refused(pull, rows, scripted, source, found, told) -> None:
    source.says(body=page(product())).says(body=page(found))
    landed = pull(LISTED, scripted)
    with pytest.raises(SchemaError, match=rf'field "{re.escape(told)}" should be'):
        rows(landed, scripted, "select 1")


def test_credits_stay_beside_the_answer_in_landing(pull, scripted, source) -> None:
    paid = {"X-Partner-Credit-Cost": "3", "X-Partner-Credits-Remaining": "97",
            "X-Partner-Reason": "not your product"}  # fmt: skip
    source.says(body=[row()], headers={**USD, **paid})
    first, *_ = pull(ASKED, scripted).parts
    kept = {name: said for name, said in first.response.items() if name.startswith("x-partner")}
    assert kept == {name.lower(): said for name, said in paid.items()}


@pytest.mark.parametrize("said", ["", "none", "-3", "1.5", "٣", " 3 ", "9" * 5000])
def test_a_header_about_the_account_that_is_no_number_says_nothing(said) -> None:
    found = usage({"x-partner-credit-cost": said, "x-request-usage": said})
    assert found == (Usage(used=3, credits_cost=3) if said.strip() == "3" else Usage())


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (420, CHILL_OUT, QuotaError, "quota is spent"),
        (401, {"message": "no token"}, CredentialRefused, "SHORTDRAMA_APPFIGURES__TOKEN"),
        (
            403,
            {"message": "AccessToken invalid"},
            CredentialRefused,
            "SHORTDRAMA_APPFIGURES__TOKEN",
        ),
        (403, {"message": "not in your plan"}, PermanentError, "account's plan"),
        (400, {"error_description": "bad date"}, PermanentError, "bad date"),
        (404, "<html>", PermanentError, "no readable reason"),
        (404, ["odd"], PermanentError, "no readable reason"),
        (404, {}, PermanentError, "no reason given"),
        (429, {"message": "slow down"}, TransientError, "HTTP 429"),
        (500, "", TransientError, "HTTP 500"),
        (503, "<html>", TransientError, "HTTP 503"),
    ],
)
def test_a_refusal_is_classed_by_what_helps(status, body, kind, told) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    error = classify(Refusal(status, text, retry_after=3), "about")
    assert type(error) is kind
    assert str(error).startswith("about: ")
    assert told in str(error)
    assert not isinstance(error, TransientError) or error.retry_after == 3


@pytest.mark.parametrize("status", [401, 403, 420])
def test_where_asking_again_only_burns_quota_it_is_not_asked_again(
    pull, scripted, source, status
) -> None:
    source.says(status=status, body={"message": "AccessToken invalid"})
    with pytest.raises(SourceError):
        pull(ASKED, scripted)
    assert len(source.got) == 1


@pytest.mark.parametrize(("status", "kind"), [(500, TransientError), (400, PermanentError)])
def test_a_refusal_whose_brackets_nest_deep_is_classed_by_its_status(
    pull, scripted, source, status, kind
) -> None:
    source.says(status=status, body="[" * 30_000)
    with pytest.raises(kind, match="no readable reason"):
        pull(ASKED, scripted)
