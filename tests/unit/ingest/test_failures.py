"""Whatever goes wrong in a pull or while conforming has a class and leaves a record."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shortdrama.core.errors import LoadRefused, SchemaError, SourceError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.admit import conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck, keys
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.outcomes import Outcome, outcomes_of
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.sources.connector import PullRequest

DAY = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))
ESTIMATED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAY)
LISTED = PullRequest(dataset=PRODUCTS.id, run_key="run")
TAGS = PullRequest(dataset=HASHTAGS.id, run_key="run")
ROW = {"product_id": 1, "start_date": "2025-09-01", "downloads": 5, "revenue": "9.00"}
USD = {"x-currency": "USD"}
PRODUCT = {
    "id": 1, "name": "A", "store": "apple", "storefront": "apple:ios",
    "vendor_identifier": "a", "type": "app",
}  # fmt: skip


def page(*results: Any) -> dict[str, Any]:
    return {"results": list(results), "metadata": {"resultset": {"total_pages": 1}}}


@pytest.fixture
def before(settings: Settings, source: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings, with all sources at the scripted one."""
    monkeypatch.setattr("shortdrama.sources.http.polite_wait", lambda _: 0)
    return settings.model_copy(
        update={
            name: getattr(settings, name).model_copy(update={"base_url": source.url})
            for name in ("appfigures", "tiktok")
        }
    )


@pytest.fixture
def outcomes(store: ObjectStore, settings: Settings) -> Callable[[str], list[Outcome]]:
    return lambda kind: list(outcomes_of(store, kind, settings.clock.today()))


def of_module(dataset: str, name: str) -> str:
    return f"shortdrama.sources.{dataset}.{name}"


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


# -- a name with half a character


@pytest.mark.parametrize("half", [r"\ud83d", r"\udc00", r"\ud83d\ud83d", r"x\uDBFFy"])
def test_half_a_character_in_a_name_blocks_no_list(before, source, store, half) -> None:
    first, second = json.dumps(PRODUCT), json.dumps({**PRODUCT, "id": 2, "name": "😀 短剧"})
    results = first.replace('"A"', f'"A{half}"') + ", " + second
    source.says(
        body=f'{{"results": [{results}], "metadata": {{"resultset": {{"total_pages": 1}}}}}}'
    )
    source.says(body=page())
    landed = read_pull(store, pull(LISTED, before, store))
    key = conform_or_quarantine(landed, before, store)
    with duck.connect(before.s3) as connection:
        names = connection.execute(
            "select name from read_parquet(?) order by product_id", [store.uri(key)]
        ).fetchall()
    assert names == [("A" + half.replace(r"\ud83d", "�").replace(r"\udc00", "�")
                      .replace(r"\uDBFF", "�"),), ("😀 短剧",)]  # fmt: skip


def test_half_a_character_that_is_landed_stays_as_it_was_said(before, source, store) -> None:
    body = json.dumps(page({**PRODUCT, "name": "\ud83d"}))
    source.says(body=body)
    landed = read_pull(store, pull(LISTED, before, store))
    from shortdrama.lake.landing import read_part

    assert read_part(store, landed.parts[0]) == body.encode()


# -- answers that used to end the process


CRASHED: dict[str, tuple[PullRequest, Any]] = {
    "utf_16": (LISTED, json.dumps(page(PRODUCT)).encode("utf-16")),
    "utf_16_unmarked": (LISTED, json.dumps(page(PRODUCT)).encode("utf-16-le")),
    "deep": (LISTED, b"[" * 100_000 + b"]" * 100_000),
    "deep_in_a_name": (LISTED, b'{"results": [{"name": ' + b"[" * 9000 + b"]" * 9000 + b"}]}"),
    "pages_in_words": (LISTED, {"results": [], "metadata": {"resultset": {"total_pages": "many"}}}),
    "pages_without_end": (LISTED, '{"results":[],"metadata":{"resultset":{"total_pages":1e999}}}'),
    "pages_of_5000_digits": (LISTED, '{"results":[],"metadata":{"resultset":{"total_pages":'
                             + "9" * 5000 + "}}}"),
    "code_is_a_list": (TAGS, {"code": [], "data": {"list": []}}),
    "code_is_an_object": (TAGS, {"code": {}, "data": {"list": []}}),
    "pagination_is_a_list": (TAGS, {"code": 0, "data": {"list": [], "pagination": [1]}}),
    "tags_without_an_id": (TAGS, {"code": 0, "data": {"list": [None], "pagination": {}}}),
}  # fmt: skip


@pytest.mark.parametrize("case", CRASHED)
def test_an_answer_that_cannot_be_understood_is_classed_recorded_and_not_landed(
    before, source, store, outcomes, case
) -> None:
    request, body = CRASHED[case]
    source.says(body=body)
    with pytest.raises(SourceError, match=request.dataset) as failure:
        pull(request, before, store)
    (outcome,) = outcomes("pull")
    assert (outcome.status, outcome.message) == ("failed", str(failure.value))
    assert outcome.details["used_calls"] >= 1
    assert list(store.list("landing/")) == []


# -- errors that nobody thought of


@pytest.mark.parametrize(
    "error",
    [KeyError("id"), TypeError("unhashable type: 'list'"), AttributeError("x"), RecursionError(),
     UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), ZeroDivisionError()],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_what_nobody_thought_of_in_a_pull_is_a_shape_and_is_recorded(
    before, store, outcomes, monkeypatch, error
) -> None:
    monkeypatch.setattr(f"{of_module('appfigures', 'products')}.Products.pull", raising(error))
    with pytest.raises(SchemaError, match=r"^appfigures\.products: an answer does not have"):
        pull(LISTED, before, store)
    assert [outcome.status for outcome in outcomes("pull")] == ["failed"]


@pytest.mark.parametrize(
    "error",
    [KeyError("id"), AttributeError("x"), duckdb.InvalidInputException("odd"),
     duckdb.BinderException("odd"), duckdb.InternalException("odd"), ValueError("")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
@pytest.mark.parametrize("step", ["prepare", "rows"])
def test_what_nobody_thought_of_while_conforming_is_quarantined(
    before, source, store, outcomes, monkeypatch, error, step
) -> None:
    source.says(body=[ROW], headers=USD)
    landed = read_pull(store, pull(ESTIMATED, before, store))
    place = of_module("appfigures", "estimates") + ".prepare"
    if step == "rows":
        place = "shortdrama.ingest.conform.write_parquet"
    monkeypatch.setattr(place, raising(error))
    with pytest.raises(LoadRefused, match="does not have the agreed shape"):
        conform_or_quarantine(landed, before, store)
    record = LoadLedger(store, ESTIMATES.id).find(landed.load_id)
    assert record is not None
    assert (record.status, record.key) == ("quarantined", landed.parts[0].key)
    assert [outcome.status for outcome in outcomes("gate")] == ["refused"]
    assert store.exists(keys.quarantine_reasons(ESTIMATES.id, landed.load_id))


AWAY = EndpointConnectionError(endpoint_url="http://lake.invalid")
DENIED = ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")


@pytest.mark.parametrize(
    "error",
    [AWAY, DENIED, OSError(28, "No space left on device"), MemoryError(), NotFound("part"),
     duckdb.IOException("lake"), duckdb.OutOfMemoryException("ram"), KeyboardInterrupt()],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_an_error_of_lake_or_machine_is_recorded_and_decides_nothing(
    before, source, store, outcomes, monkeypatch, error
) -> None:
    source.says(body=[ROW], headers=USD)
    landed = read_pull(store, pull(ESTIMATED, before, store))
    monkeypatch.setattr("shortdrama.ingest.conform.write_parquet", raising(error))
    with pytest.raises(type(error)):
        conform_or_quarantine(landed, before, store)
    monkeypatch.setattr(f"{of_module('appfigures', 'products')}.Products.pull", raising(error))
    with pytest.raises(type(error)):
        pull(LISTED, before, store)
    (conformed,) = outcomes("conform")
    assert (conformed.status, conformed.subject) == ("failed", landed.load_id)
    assert [outcome.status for outcome in outcomes("pull")].count("failed") == 1
    assert LoadLedger(store, ESTIMATES.id).find(landed.load_id) is None


def test_an_error_gets_through_when_the_lake_cannot_record_it(before, store, monkeypatch) -> None:
    monkeypatch.setattr(f"{of_module('appfigures', 'products')}.Products.pull", raising(AWAY))
    monkeypatch.setattr(ObjectStore, "put", raising(DENIED))
    with pytest.raises(EndpointConnectionError):
        pull(LISTED, before, store)


def test_no_secret_of_an_unknown_error_is_recorded(before, store, outcomes, monkeypatch) -> None:
    token = before.appfigures.token.get_secret_value()
    monkeypatch.setattr(
        f"{of_module('appfigures', 'products')}.Products.pull", raising(OSError(f"no {token}"))
    )
    with pytest.raises(OSError, match="no "):
        pull(LISTED, before, store)
    (outcome,) = outcomes("pull")
    assert outcome.message == "no [secret]"
