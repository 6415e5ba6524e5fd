"""A load from its source to its verdict, whatever is run twice or killed on the way."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from shortdrama.core.errors import LoadRefused, LoadsDamaged, QuotaError, SchemaError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS, dataset_named
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.gates.results import GateResult
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.conform import conform
from shortdrama.ingest.decisions import revoke_load
from shortdrama.ingest.pull import pull
from shortdrama.ingest.replay import replay
from shortdrama.lake import duck, keys
from shortdrama.lake.landing import Pull, read_pull
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.raw_objects import compare
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.inbox import due_files
from shortdrama.sources.modules import module_of
from shortdrama_local.samples.omdia_workbooks import write_workbooks, write_wrong_unit_workbook

DAYS = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))
ASKED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAYS)


@pytest.fixture
def landed(settings: Settings, store: ObjectStore) -> Callable[..., Pull]:
    def bring(request: PullRequest = ASKED) -> Pull:
        return read_pull(store, pull(request, settings, store))

    return bring


@pytest.fixture
def load(
    settings: Settings, store: ObjectStore, landed: Callable[..., Pull]
) -> Callable[..., LoadRecord]:
    def whole(request: PullRequest = ASKED) -> LoadRecord:
        brought = landed(request)
        conform_or_quarantine(brought, settings, store)
        return admit(brought, settings, store)

    return whole


@pytest.fixture
def ledger(store: ObjectStore) -> LoadLedger:
    return LoadLedger(store, ESTIMATES.id)


@pytest.fixture
def outcomes(store: ObjectStore) -> Callable[[str], list[dict[str, Any]]]:
    def read(kind: str) -> list[dict[str, Any]]:
        return [json.loads(store.get(key)) for key in store.list(f"ops/outcomes/{kind}/")]

    return read


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that finds nothing, for tests that are not about findings: the real one takes long."""

    def audit(dataset: Dataset, _: Path, load_id: str, *__: object) -> GateResult:
        return GateResult(
            subject=f"{dataset.id} load {load_id}", suites=(), rows=1, findings=(), what_to_do=""
        )

    monkeypatch.setattr("shortdrama.gates.load_gate.audit_load", audit)


@pytest.fixture
def negative_downloads(simulator: Any) -> None:
    requests.put(
        f"{simulator.url}/simulator/faults",
        json={"/v2/reports/estimates": "negative_downloads"},
        timeout=5,
    ).raise_for_status()


@pytest.fixture
def renamed_field(settings: Settings, source: Any) -> Settings:
    """The vendor calls its downloads units."""
    source.says(
        body=[{"product_id": 1, "start_date": "2025-09-01", "units": 5, "revenue": "9.00"}],
        headers={"x-currency": "USD", "x-shortdrama-sample": "true"},
    )
    api = settings.appfigures.model_copy(update={"base_url": source.url})
    return settings.model_copy(update={"appfigures": api})


def everything(store: ObjectStore) -> dict[str, bytes]:
    """All objects of the lake but outcomes, which tell of every attempt."""
    return {key: store.get(key) for key in store.list("") if not key.startswith("ops/outcomes/")}


def test_a_good_load_is_one_raw_object_one_record_and_its_outcomes(
    load, ledger, store, settings, outcomes
) -> None:
    record = load()
    assert ledger.accepted() == ledger.records() == [record]
    assert list(store.list("raw/")) == [record.key]
    assert record.key == (f"raw/appfigures/estimates/pulled_on=2026-02-25/{record.load_id}.parquet")
    assert record.status == "accepted"
    assert record.coverage.window == DAYS
    assert record.coverage.countries == ("ZZ", "US", "CN")
    assert record.said_at == record.decided_at == settings.frozen_clock
    assert record.is_sample
    assert list(store.list("candidates/")) == list(store.list("quarantine/")) == []
    (pulled,), (gated,) = outcomes("pull"), outcomes("gate")
    assert (pulled["status"], pulled["business_window"]) == ("succeeded", str(DAYS))
    assert pulled["details"]["parts"] == 3
    assert pulled["details"]["planned_calls"] == pulled["details"]["used_calls"] == 3
    assert (gated["status"], gated["subject"]) == ("succeeded", record.load_id)
    assert gated["details"]["rows"] == record.rows


def test_any_engine_reads_the_raw_object_with_the_datasets_columns(load, store, settings) -> None:
    record = load()
    with duck.connect(settings.s3) as connection:
        raw = connection.read_parquet(store.uri(record.key))
        found = dict(zip(raw.columns, map(str, raw.types), strict=True))
        ((rows, ids),) = raw.aggregate("count(*), list(distinct load_id)").fetchall()
    assert found == {column.name: column.sql_type for column in ESTIMATES.all_columns}
    assert rows == record.rows
    assert ids == [record.load_id]


@pytest.mark.parametrize("dataset", [PRODUCTS, HASHTAGS], ids=lambda dataset: dataset.id)
def test_datasets_without_a_window_come_as_they_stand(load, store, dataset) -> None:
    record = load(PullRequest(dataset=dataset.id, run_key="run"))
    assert LoadLedger(store, dataset.id).accepted() == [record]
    assert record.rows > 0


def test_every_dataset_has_a_connector_and_its_sql(settings, store) -> None:
    for dataset in DATASETS.values():
        assert module_of(dataset).connector(settings, store) is not None


def test_negative_downloads_end_in_quarantine_with_reasons(
    load, ledger, store, negative_downloads, outcomes
) -> None:
    with pytest.raises(LoadRefused) as refused:
        load()
    (record,) = ledger.records()
    assert record.status == "quarantined"
    message = str(refused.value)
    assert message == record.reasons[0]
    assert "expect_column_values_to_be_between(downloads)" in message
    assert record.load_id in message
    assert ledger.accepted() == []
    assert list(store.list("raw/")) == []
    assert set(store.list("quarantine/")) == {
        keys.quarantined(ESTIMATES.id, record.load_id),
        keys.quarantine_reasons(ESTIMATES.id, record.load_id),
    }
    reasons = json.loads(store.get(keys.quarantine_reasons(ESTIMATES.id, record.load_id)))
    (finding,) = [f for f in reasons["details"]["findings"] if f["column"] == "downloads"]
    assert finding["unexpected"] > 0
    assert finding["samples"][0]["downloads"] < 0
    (outcome,) = outcomes("gate")
    assert (outcome["status"], outcome["message"]) == ("refused", message)


def test_a_refused_load_leaves_what_was_accepted_as_it_was(
    load, ledger, store, simulator, request
) -> None:
    good = load()
    raw = store.get(good.key)
    request.getfixturevalue("negative_downloads")
    with pytest.raises(LoadRefused):
        load(ASKED.model_copy(update={"run_key": "the next run"}))
    assert ledger.accepted() == [good]
    assert store.get(good.key) == raw
    assert [record.status for record in ledger.records()] == ["accepted", "quarantined"]


def test_after_a_refused_load_the_next_good_one_counts(
    load, ledger, simulator, negative_downloads
) -> None:
    with pytest.raises(LoadRefused):
        load()
    requests.delete(f"{simulator.url}/simulator/faults", timeout=5)
    record = load(ASKED.model_copy(update={"run_key": "the next run"}))
    assert ledger.accepted() == [record]


def test_a_workbook_with_the_press_slip_is_quarantined_and_the_good_vintage_stays(
    load, store, tmp_path: Path
) -> None:
    october = write_workbooks(tmp_path)[0]
    store.upload(october, "inbox/omdia/october.xlsx")
    good = load(*due_files(store, "omdia"))
    write_wrong_unit_workbook(tmp_path / "slip.xlsx")
    store.upload(tmp_path / "slip.xlsx", "inbox/omdia/slip.xlsx")
    with pytest.raises(LoadRefused, match="world_revenue_usd_min"):
        load(*due_files(store, "omdia"))
    assert LoadLedger(store, FORECASTS.id).accepted() == [good]
    assert due_files(store, "omdia") == []


def test_running_every_step_again_changes_nothing(load, landed, settings, store, simulator) -> None:
    record = load()
    before = everything(store)
    calls = len(simulator.calls)
    again = landed()
    conform_or_quarantine(again, settings, store)
    assert admit(again, settings, store) == record
    assert again.load_id == record.load_id
    assert everything(store) == before
    assert len(simulator.calls) == calls


def test_running_a_refused_loads_steps_again_refuses_it_with_the_same_words(
    load, ledger, store, negative_downloads
) -> None:
    with pytest.raises(LoadRefused) as first:
        load()
    before = everything(store)
    with pytest.raises(LoadRefused) as second:
        load()
    assert str(second.value) == str(first.value)
    assert everything(store) == before


@pytest.mark.usefixtures("open_gate")
def test_a_verdict_stands_although_the_gate_ran_a_day_later(
    load, landed, settings, store, ledger
) -> None:
    record = load()
    later = settings.model_copy(update={"frozen_clock": settings.frozen_clock + timedelta(days=1)})
    (first,) = [key for key in store.list("landing/") if key.endswith(".pull.json")]
    assert admit(read_pull(store, first), later, store) == record
    assert ledger.records() == [record]


def test_conforming_twice_writes_the_same_rows(landed, settings, store) -> None:
    brought = landed()
    candidate = conform(brought, settings.s3, store)
    store.copy(candidate, "first.parquet")
    assert conform(brought, settings.s3, store) == candidate
    with duck.connect(settings.s3) as connection:
        for name, key in (("one", "first.parquet"), ("other", candidate)):
            connection.read_parquet(store.uri(key)).create_view(name)
        found = connection.execute(
            "select (select count(*) from one), (select count(*) from other),"
            " (select count(*) from (from one except all from other))"
        ).fetchall()
    ((first, second, lost),) = found
    assert first == second > 0
    assert lost == 0


@pytest.mark.usefixtures("open_gate")
def test_a_gate_that_was_killed_before_its_commit_judges_anew(
    landed, settings, store, ledger, monkeypatch
) -> None:
    brought = landed()
    conform_or_quarantine(brought, settings, store)
    append = LoadLedger.append
    monkeypatch.setattr(LoadLedger, "append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        admit(brought, settings, store)
    assert ledger.accepted() == []
    monkeypatch.setattr(LoadLedger, "append", append)
    record = admit(brought, settings, store)
    assert ledger.accepted() == [record]
    assert list(store.list("candidates/")) == []


@pytest.mark.usefixtures("open_gate")
def test_a_gate_that_was_killed_after_its_commit_leaves_no_candidate_when_cleared(
    load, landed, settings, store
) -> None:
    record = load()
    candidate = keys.candidate(ESTIMATES.id, record.load_id)
    store.copy(record.key, candidate)
    assert admit(landed(), settings, store) == record
    assert not store.exists(candidate)


@pytest.mark.usefixtures("open_gate")
def test_a_refusal_goes_to_the_ledger_last(landed, settings, store, monkeypatch) -> None:
    """So that a load that the ledger refuses always has its reasons."""
    brought = landed()
    reasons = keys.quarantine_reasons(ESTIMATES.id, brought.load_id)
    seen = []
    append = LoadLedger.append

    def spied(self: LoadLedger, record: LoadRecord, *compared: Any) -> LoadRecord:
        seen.append((store.exists(record.key), store.exists(reasons)))
        return append(self, record, *compared)

    monkeypatch.setattr(LoadLedger, "append", spied)
    monkeypatch.setattr("shortdrama.ingest.admit._refusals", lambda *_: ("not today",))
    conform_or_quarantine(brought, settings, store)
    with pytest.raises(LoadRefused, match="not today"):
        admit(brought, settings, store)
    assert seen == [(True, True)]


def test_an_answer_of_another_shape_is_quarantined_as_it_came(renamed_field, store, ledger) -> None:
    brought = read_pull(store, pull(ASKED, renamed_field, store))
    with pytest.raises(LoadRefused, match=r'field "downloads" .* missing') as refused:
        conform_or_quarantine(brought, renamed_field, store)
    (record,) = ledger.records()
    assert (record.status, record.rows) == ("quarantined", 0)
    assert (record.key, record.sha256) == (brought.parts[0].key, brought.parts[0].sha256)
    assert record.load_id in str(refused.value)
    assert store.exists(keys.quarantine_reasons(ESTIMATES.id, record.load_id))
    with pytest.raises(LoadRefused, match=r'field "downloads" .* missing'):
        admit(brought, renamed_field, store)
    assert ledger.records() == [record]


@pytest.mark.usefixtures("open_gate")
def test_a_decided_load_is_not_judged_by_a_connector_that_was_changed_since(
    load, landed, settings, store, ledger, monkeypatch
) -> None:
    record = load()

    def refuse(*_: object) -> str:
        raise SchemaError("the new connector knows better")

    monkeypatch.setattr("shortdrama.ingest.admit.conform", refuse)
    conform_or_quarantine(landed(), settings, store)
    assert ledger.accepted() == [record]
    assert list(store.list("quarantine/")) == []


@pytest.mark.usefixtures("open_gate")
def test_a_lake_that_does_not_answer_while_conforming_condemns_no_load(
    landed, settings, store, ledger
) -> None:
    brought = landed()
    part = store.get(brought.parts[1].key)
    store.delete(brought.parts[1].key)
    with pytest.raises(duckdb.Error):
        conform_or_quarantine(brought, settings, store)
    assert ledger.records() == []
    store.put(brought.parts[1].key, part)
    conform_or_quarantine(brought, settings, store)
    assert admit(brought, settings, store).status == "accepted"


@pytest.mark.usefixtures("open_gate")
def test_a_real_lake_takes_in_no_sample(s3, settings, simulator) -> None:
    store = ObjectStore.of(s3.model_copy(update={"bucket": f"{s3.bucket}-real"}))
    store.ensure_bucket()
    ensure_lake(store, "real")
    real = settings.model_copy(update={"s3": s3.model_copy(update={"bucket": store.bucket})})
    brought = read_pull(store, pull(ASKED, real, store))
    conform_or_quarantine(brought, real, store)
    with pytest.raises(LoadRefused, match=r"is sample, and this lake is marked real.*base URL"):
        admit(brought, real, store)
    (record,) = LoadLedger(store, ESTIMATES.id).records()
    assert record.status == "quarantined"
    assert list(store.list("raw/")) == []


def test_a_failed_pull_is_on_record_with_what_to_do(settings, source, store, outcomes) -> None:
    source.says(status=420, body={"message": "Chill Out!"})
    api = settings.appfigures.model_copy(update={"base_url": source.url})
    with pytest.raises(QuotaError) as spent:
        pull(ASKED, settings.model_copy(update={"appfigures": api}), store)
    (outcome,) = outcomes("pull")
    assert (outcome["status"], outcome["message"]) == ("failed", str(spent.value))
    assert outcome["business_window"] == str(DAYS)


def test_no_object_of_the_lake_holds_the_token(load, store, settings, negative_downloads) -> None:
    with pytest.raises(LoadRefused):
        load()
    token = settings.appfigures.token.get_secret_value().encode()
    assert not [key for key in store.list("") if token in store.get(key)]


def test_an_unknown_dataset_has_no_connector(settings, store) -> None:
    with pytest.raises(KeyError, match="no dataset is called"):
        pull(ASKED.model_copy(update={"dataset": "press.articles"}), settings, store)
    assert dataset_named(ASKED.dataset) is ESTIMATES


@pytest.mark.usefixtures("open_gate")
def test_a_load_is_as_its_gate_noted_it(
    load: Callable[..., LoadRecord], store: ObjectStore
) -> None:
    record = load()
    assert record.etag == store.etag(record.key)
    compared = compare([record], store, {})
    assert compared.etags == {record.load_id: record.etag}


def test_a_load_whose_object_is_gone_is_made_again_once_it_was_taken_out(
    load: Callable[..., LoadRecord], settings: Settings, store: ObjectStore, ledger: LoadLedger
) -> None:
    """As the message says. A gate reads the accepted loads, so the lost one has to go first."""
    lost = load()
    rows = "select * exclude (load_id) from read_parquet(?) order by all"
    with duck.connect(settings.s3) as connection:
        before = connection.execute(rows, [store.uri(lost.key)]).fetchall()
    store.delete(lost.key)
    with pytest.raises(LoadsDamaged, match=r"shortdrama load revoke .* and then .*replay"):
        compare(ledger.accepted(), store, {}).refuse_damaged()

    revoke_load(lost.load_id, "its object was lost", "ada", settings, store)
    again = replay(lost, settings, store)
    assert ledger.accepted() == [again]
    with duck.connect(settings.s3) as connection:
        assert connection.execute(rows, [store.uri(again.key)]).fetchall() == before
    compare(ledger.accepted(), store, {}).refuse_damaged()
