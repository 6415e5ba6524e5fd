"""Ranks, products by name, and what a report costs, before the scripted source."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shortdrama.core.errors import PermanentError, QuotaError, SchemaError, TransientError
from shortdrama.core.settings import AppfiguresSettings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.ingest.plan import planned_calls
from shortdrama.lake.landing import Landing
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.sources.appfigures.estimates import Estimates
from shortdrama.sources.appfigures.product_list import LONGEST_IDS, chunks
from shortdrama.sources.appfigures.ranks import PAIRS_PER_CALL, Ranks
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.modules import module_of

DAYS = Window(start=date(2025, 9, 1), end=date(2025, 9, 3))
ASKED = PullRequest(dataset=RANKS.id, run_key="run", window=DAYS)
ESTIMATED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAYS)
NO_PRODUCT = {"status": 400, "message": "Invalid or empty product parameter"}
USD = {"x-currency": "USD"}
YEAR = Window(start=date(2025, 1, 1), end=date(2025, 12, 31))


def category(**changes: Any) -> dict[str, Any]:
    return {
        "id": 6016,
        "name": "Entertainment",
        "device": "handheld",
        "store": "apple",
        "subtype": "topgrossing",
        **changes,
    }


def series(**changes: Any) -> dict[str, Any]:
    return {
        "product_id": 336744124021,
        "country": "US",
        "category": category(),
        "positions": [26, None, 24],
        "deltas": [2, None, None],
        **changes,
    }


def ranks(*data: Any) -> dict[str, Any]:
    days = [f"2025-09-0{day}T00:00:00" for day in (1, 2, 3)]
    return {"start_date": days[0], "end_date": days[-1], "dates": days, "data": list(data)}


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def tell(*ids: int) -> None:
        monkeypatch.setattr(
            "shortdrama.sources.appfigures.product_list.listed_products", lambda *_: ids
        )

    tell(336744124021, 2)
    return tell


@pytest.fixture
def by_name(scripted: Settings, listed: object) -> Settings:
    api = scripted.appfigures.model_copy(update={"products": "listed"})
    return scripted.model_copy(update={"appfigures": api})


@pytest.mark.usefixtures("listed")
def test_ranks_are_asked_for_the_listed_products_and_all_countries(pull, scripted, source) -> None:
    source.says(body=ranks(series()))
    landed = pull(ASKED, scripted)
    assert source.got == [
        (
            "/ranks/336744124021;2/daily/2025-09-01/2025-09-03",
            {"countries": "US,CN", "tz": "utc", "filter": "400"},
        )
    ]
    assert landed.coverage == Coverage(window=DAYS, countries=("US", "CN"))


@pytest.mark.usefixtures("listed")
def test_a_place_is_a_row_and_null_is_none(pull, rows, scripted, source) -> None:
    source.says(
        body=ranks(
            series(),
            series(country="CN", category=category(subtype="free"), positions=[None] * 3),
            series(product_id=2, positions=[1, 2, 3]),
        )
    )
    found = rows(
        pull(ASKED, scripted),
        scripted,
        "select product_id, country_code, category_id, category_name, device, subtype,"
        " day(ranked_on), rank from load order by all",
    )
    chart = ("US", 6016, "Entertainment", "handheld", "topgrossing")
    assert found == [
        (2, *chart, 1, 1),
        (2, *chart, 2, 2),
        (2, *chart, 3, 3),
        (336744124021, *chart, 1, 26),
        (336744124021, *chart, 3, 24),
    ]


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ({"positions": [26, None]}, "a place for each of the 3 dates"),
        ({"positions": None}, "a place for each of the 3 dates"),
        ({"positions": [26.5, 1, 1]}, 'field "positions" should be a whole number, but is 26.5'),
        ({"product_id": "1"}, 'field "product_id" should be a whole number'),
        ({"country": None}, 'field "country" should be a text, but is null'),
        ({"category": {}}, 'field "category.id" should be a whole number, but is missing'),
    ],
    ids=[
        "too_few_positions",
        "no_positions",
        "half_a_place",
        "text_product",
        "no_country",
        "no_category",
    ],
)
@pytest.mark.usefixtures("listed")
def test_ranks_of_another_shape_are_refused_by_part_and_field(
    pull, rows, scripted, source, defect, told
) -> None:
    source.says(body=ranks(series(), series(**defect)))
    with pytest.raises(SchemaError) as refused:
        rows(pull(ASKED, scripted), scripted, "select count(*) from load")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "body", [{"status": 403, "message": "AccessToken invalid"}, "<html>", [], {"data": {}}],
    ids=["error_object", "html", "list", "other_shape"],
)  # fmt: skip
@pytest.mark.usefixtures("listed")
def test_something_else_than_ranks_lands_nowhere(pull, scripted, source, store, body) -> None:
    source.says(body=body)
    with pytest.raises((PermanentError, TransientError), match=r"^appfigures\.ranks 2025-09-01"):
        pull(ASKED, scripted)
    assert list(store.list("landing/")) == []


@pytest.mark.parametrize("request_", [ASKED, ESTIMATED], ids=["ranks", "estimates"])
def test_no_matching_product_is_an_empty_answer_that_counts_as_covered(
    pull, rows, by_name, source, request_
) -> None:
    source.says(status=400, body=NO_PRODUCT)
    landed = pull(request_, by_name)
    assert rows(landed, by_name, "select count(*) from load") == [(0,)]
    assert landed.coverage.window == DAYS
    assert {part.response["status"] for part in landed.parts} == {"400"}


@pytest.mark.usefixtures("listed")
def test_another_bad_request_is_no_empty_answer(pull, scripted, source) -> None:
    source.says(status=400, body={"status": 400, "message": "bad date"})
    with pytest.raises(PermanentError, match="bad date"):
        pull(ASKED, scripted)


def test_listed_products_are_named_and_none_is_asked_twice(
    pull, rows, by_name, source, listed
) -> None:
    many = range(100_000_000_000, 100_000_000_500)
    listed(*many)
    source.says(body=[], headers=USD)
    pull(ESTIMATED, by_name)
    by_country: dict[str | None, list[int]] = {}
    for _, params in source.got:
        ids = map(int, params["products"].split(","))
        by_country.setdefault(params.get("countries"), []).extend(ids)
    assert by_country == {None: [*many], "US": [*many], "CN": [*many]}


@given(st.lists(st.integers(1, 10**13), unique=True, max_size=800), st.sampled_from([None, 1, 66]))
def test_chunks_hold_every_id_once_and_keep_the_url_short(ids: list[int], most: int | None) -> None:
    runs = list(chunks(ids, ",", most))
    assert [int(text) for run in runs for text in run.split(",")] == ids
    assert all(len(run.replace(",", "%2C")) <= LONGEST_IDS for run in runs)
    assert all(run.count(",") < (most or 801) for run in runs)


@pytest.mark.parametrize("dataset", [ESTIMATES, RANKS], ids=lambda dataset: dataset.id)
def test_a_whole_url_stays_under_4_kb(dataset, by_name, listed) -> None:
    listed(*range(336744124021, 336744124621))
    countries = tuple(f"{first}{second}" for first in "ABCDEF" for second in "ABCDEFGHIJ")
    api = by_name.appfigures.model_copy(update={"countries": countries})
    connector = module_of(dataset).connector(by_name.model_copy(update={"appfigures": api}), None)
    longest = max(
        len(call.path) + sum(len(k) + 2 + len(v.replace(",", "%2C").replace(";", "%3B"))
                             for k, v in call.params.items())
        for call in connector.calls(PullRequest(dataset=dataset.id, run_key="r", window=DAYS))
    )  # fmt: skip
    assert len("https://api.appfigures.com/v2/") + longest < 4096


def sixty_countries(products: str = "account") -> AppfiguresSettings:
    return AppfiguresSettings(
        token=SecretStr("t"),
        countries=tuple(f"{first}{second}" for first in "ABCDEF" for second in "ABCDEFGHIJ"),
        products=products,
    )


def test_a_year_of_estimates_in_sixty_countries_takes_at_most_400_calls() -> None:
    estimates = Estimates(sixty_countries(), lambda: range(1, 597))
    calls = [
        call
        for window in YEAR.split()
        for call in estimates.calls(PullRequest(dataset=ESTIMATES.id, run_key="r", window=window))
    ]
    assert len(calls) == 61 * 4 <= 400
    assert len({call.fingerprint for call in calls}) == len(calls)


def test_ranks_are_asked_in_windows_of_28_days_and_answers_of_some_megabytes() -> None:
    wide = Ranks(sixty_countries(), lambda: range(1, 101))
    calls = wide.calls(PullRequest(dataset=RANKS.id, run_key="r", window=YEAR))
    spans = dict.fromkeys(call.context["days"] for call in calls)
    assert list(spans) == [str(window) for window in YEAR.split(28)]
    assert len(calls) == len(spans) * 2
    assert all(call.path.split("/")[1].count(";") < PAIRS_PER_CALL // 60 for call in calls)


def test_reports_without_a_window_are_refused(by_name, store) -> None:
    with pytest.raises(PermanentError, match=r"appfigures\.ranks needs a window"):
        planned_calls(ASKED.model_copy(update={"window": None}), by_name, store)


def test_pages_are_not_known_beforehand(settings, store) -> None:
    assert planned_calls(PullRequest(dataset=PRODUCTS.id, run_key="r"), settings, store) is None


def test_without_an_accepted_load_of_products_ranks_are_to_be_tried_again(settings, store) -> None:
    with pytest.raises(TransientError, match=r"no load of appfigures\.products is accepted yet"):
        planned_calls(ASKED, settings, store)


def test_products_are_those_of_the_newest_accepted_load(settings, store, pull, rows) -> None:
    landed = pull(PullRequest(dataset=PRODUCTS.id, run_key="run"), settings)
    ((ids,),) = rows(landed, settings, "select list(product_id order by product_id) from load")
    LoadLedger(store, PRODUCTS.id).append(
        LoadRecord(
            load_id=landed.load_id, pull_id=landed.pull_id, dataset=PRODUCTS.id, status="accepted",
            key=f"candidates/appfigures/products/{landed.load_id}.parquet", sha256="", rows=1,
            coverage=landed.coverage, said_at=landed.said_at, decided_at=landed.said_at,
            is_sample=True,
        )
    )  # fmt: skip
    connector = module_of(RANKS).connector(settings, store)
    asked = [int(text) for call in connector.calls(ASKED)
             for text in call.path.split("/")[1].split(";")]  # fmt: skip
    assert asked == ids


def test_a_quota_that_ends_at_call_9_of_17_costs_no_call_twice(scripted, source, store) -> None:
    countries = tuple(f"A{letter}" for letter in "ABCDEFGHIJKLMNOP")
    api = scripted.appfigures.model_copy(update={"countries": countries})
    settings = scripted.model_copy(update={"appfigures": api})
    connector = module_of(ESTIMATES).connector(settings, store)
    spent = {"x-request-limit": "1000", "x-request-usage": "1000"}
    for usage in range(992, 1000):
        told = {**spent, **USD, "x-request-usage": str(usage)}
        source.says(body=[], headers=told)
    source.says(status=420, body={"message": "Chill Out!"}, headers=spent)
    first = Landing(store, ESTIMATES.id, ESTIMATED.pull_id, settings.clock)
    with pytest.raises(QuotaError, match="AH: "):
        connector.pull(ESTIMATED, first)
    assert (first.cost.used, first.cost.reused) == (9, 0)
    assert (first.cost.usage, first.cost.limit) == (1000, 1000)

    source.script.clear()
    source.got.clear()
    source.says(body=[], headers=USD)
    second = Landing(store, ESTIMATES.id, ESTIMATED.pull_id, settings.clock)
    _, parts = connector.pull(ESTIMATED, second)
    assert [params["countries"] for _, params in source.got] == list(countries[7:])
    assert (second.cost.used, second.cost.reused, len(parts)) == (9, 8, 17)
    assert second.cost.usage is None
