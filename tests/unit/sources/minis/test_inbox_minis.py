"""One inbox of two datasets: which a dropped file is of, and how it becomes rows."""

from datetime import UTC, datetime

import duckdb
import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.lake.landing import Landing, Pull
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.files.workbook import WorkbookRefused
from shortdrama.sources.inbox import due_files
from shortdrama.sources.modules import module_of

OFFER = b"""# a remark
snapshot_on,market,mini_app_id,kind,evidence,apps,app_name,published_on,source
2026-01-11,ZZ,snackshort,drama,named,1,SnackShort,2026-01-11,a newspaper
"""
INTEREST = b"""window_start_on,window_end_on,market,subject,growth_ratio,published_on,source
2025-12-30,2026-01-05,ZZ,Minis,3.0,2026-01-11,a newspaper
"""
NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)


def drop(store: ObjectStore, name: str, content: bytes, source: str = "minis") -> None:
    store.put(f"inbox/{source}/{name}", content, content_type="text/csv")


def pulled(store: ObjectStore, request: PullRequest) -> Pull:
    dataset = dataset_named(request.dataset)
    landing = Landing(store, dataset.id, request.pull_id, Clock(NOW))
    coverage, parts = module_of(dataset).connector(Settings(), store).pull(request, landing)
    return Pull(pull_id=request.pull_id, dataset=dataset.id, coverage=coverage, parts=tuple(parts))


def decide(store: ObjectStore, pull: Pull) -> None:
    LoadLedger(store, pull.dataset).append(
        LoadRecord(
            load_id=pull.load_id, pull_id=pull.pull_id, dataset=pull.dataset, status="accepted",
            key="k", sha256="s", rows=1, coverage=pull.coverage, said_at=pull.said_at,
            decided_at=NOW, is_sample=False,
        )
    )  # fmt: skip


def test_files_of_two_datasets_are_told_apart_by_their_headers(store: ObjectStore) -> None:
    drop(store, "a.csv", OFFER)
    drop(store, "b.csv", INTEREST)
    drop(store, "forecast.xlsx", b"PK", source="omdia")
    due = {request.inbox_key: request.dataset for request in due_files(store, "minis")}
    assert due == {
        "inbox/minis/a.csv": CATALOG.id,
        "inbox/minis/b.csv": SEARCH_INTEREST.id,
    }
    assert [request.dataset for request in due_files(store, "omdia")] == ["omdia.forecasts"]


def test_a_decided_file_is_due_again_only_with_other_content(store: ObjectStore) -> None:
    drop(store, "a.csv", OFFER)
    (request,) = due_files(store, "minis")
    decide(store, pulled(store, request))
    assert due_files(store, "minis") == []
    drop(store, "a.csv", OFFER.replace(b"SnackShort", b"SnackShorts"))
    assert len(due_files(store, "minis")) == 1


def test_a_file_becomes_rows_with_the_columns_of_the_dataset(store: ObjectStore) -> None:
    drop(store, "a.csv", OFFER)
    (request,) = due_files(store, "minis")
    pull = pulled(store, request)
    assert str(pull.coverage.window) == "2026-01-11..2026-01-11"
    assert not pull.is_sample
    with duckdb.connect() as connection:
        module_of(CATALOG).prepare(connection, store, pull)
        described = connection.execute("describe answers").fetchall()
        assert [(name, kind) for name, kind, *_ in described] == [
            (column.name, column.sql_type) for column in CATALOG.columns
        ]
        row = connection.execute("select app_name, publisher, apps from answers").fetchone()
    assert row == ("SnackShort", None, 1)


def test_a_broken_file_is_landed_and_refused_when_it_is_conformed(store: ObjectStore) -> None:
    drop(store, "a.csv", OFFER.replace(b",1,", b",one,"))
    (request,) = due_files(store, "minis")
    pull = pulled(store, request)
    assert str(pull.coverage.window) == "2026-01-12..2026-01-12"
    with (
        duckdb.connect() as connection,
        pytest.raises(WorkbookRefused, match=r"^a\.csv, cell F3: row 3, column 6: apps is 'one'"),
    ):
        module_of(CATALOG).prepare(connection, store, pull)
