import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shortdrama.core.errors import PermanentError, SchemaError
from shortdrama.core.settings import Settings
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.ingest.admit import admit
from shortdrama.ingest.conform import conform
from shortdrama.lake.landing import read_part
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.sources.inbox import due_files
from shortdrama_local.samples.omdia_workbooks import write_workbooks

KEY = "inbox/omdia/omdia_microdramas.xlsx"


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Both vintages, older first."""
    return [path.read_bytes() for path in write_workbooks(tmp_path_factory.mktemp("omdia"))]


@pytest.fixture
def decide(settings, store, pull) -> Callable[[PullRequest], str]:
    """Takes a request up to the gate's verdict."""

    def take(request: PullRequest) -> str:
        landed = pull(request, settings)
        conform(landed, settings.s3, store)
        return admit(landed, settings, store).status

    return take


def test_an_empty_inbox_has_nothing_due(store: ObjectStore) -> None:
    assert due_files(store, "omdia") == []


def test_folders_and_other_sources_files_are_not_due(store: ObjectStore) -> None:
    for key in ("inbox/omdia/", "inbox/minis/catalog.csv", "elsewhere.xlsx"):
        store.put(key, b"")
    assert due_files(store, "omdia") == []


def test_a_dropped_file_is_due_until_it_is_decided(store, workbooks, decide) -> None:
    store.put(KEY, workbooks[0])
    (request,) = due_files(store, "omdia")
    assert (request.dataset, request.inbox_key) == (FORECASTS.id, KEY)
    assert str(request) == "omdia.forecasts omdia_microdramas.xlsx"
    assert due_files(store, "omdia") == [request]
    assert decide(request) == "accepted"
    assert due_files(store, "omdia") == []


def test_dropping_a_decided_file_again_brings_no_second_load(store, workbooks, decide) -> None:
    store.put(KEY, workbooks[0])
    decide(*due_files(store, "omdia"))
    store.put(KEY, workbooks[0])
    assert due_files(store, "omdia") == []


def test_a_mended_file_of_the_same_name_is_due(store, workbooks, decide) -> None:
    store.put(KEY, workbooks[0])
    decide(*due_files(store, "omdia"))
    store.put(KEY, workbooks[1])
    (request,) = due_files(store, "omdia")
    assert decide(request) == "accepted"
    assert len(LoadLedger(store, FORECASTS.id).accepted()) == 2


def test_a_workbook_lands_with_its_own_bytes_and_vintage(store, workbooks, pull, settings) -> None:
    store.put(KEY, workbooks[0])
    landed = pull(*due_files(store, "omdia"), settings)
    (part,) = landed.parts
    assert read_part(store, part) == workbooks[0]
    assert part.key.endswith(f"{hashlib.sha256(workbooks[0]).hexdigest()}.xlsx.zst")
    assert landed.coverage.window.start == landed.coverage.window.end == date(2025, 10, 14)
    assert not landed.is_sample


def test_figures_are_read_exactly(store, workbooks, pull, rows, settings) -> None:
    store.put(KEY, workbooks[0])
    found = rows(
        pull(*due_files(store, "omdia"), settings),
        settings,
        "select value, typeof(value), year, published_on, file_name from load"
        " where geography = 'World' and segment = 'microdramas' and metric = 'revenue'",
    )
    assert found == [
        (11_000_000_000, "DECIMAL(20,4)", 2025, date(2025, 10, 14), Path(KEY).name),
    ]


@pytest.mark.parametrize("content", [b" ", b"not a workbook", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_workbook_lands_and_is_refused_by_name(
    store, pull, settings, content
) -> None:
    store.put(KEY, content)
    landed = pull(*due_files(store, "omdia"), settings)
    assert landed.coverage.window.start == date(2026, 2, 25)
    with pytest.raises(SchemaError, match=Path(KEY).name):
        conform(landed, settings.s3, store)


def test_a_file_that_was_taken_away_is_told(store, workbooks, pull, settings) -> None:
    store.put(KEY, workbooks[0])
    (request,) = due_files(store, "omdia")
    store.delete(KEY)
    with pytest.raises(PermanentError, match=f"{KEY} is no longer in the inbox; drop it again"):
        pull(request, settings)


def test_a_cleared_run_takes_what_it_landed_whatever_became_of_the_file(
    store, workbooks, pull, settings
) -> None:
    store.put(KEY, workbooks[0])
    (request,) = due_files(store, "omdia")
    first = pull(request, settings)
    store.put(KEY, b"something else by now")
    later = settings.model_copy(update={"frozen_clock": settings.clock.now() + timedelta(hours=3)})
    assert pull(request, later) == first


def test_a_request_without_a_file_is_refused(pull, settings: Settings) -> None:
    with pytest.raises(PermanentError, match="no file is named"):
        pull(PullRequest(dataset=FORECASTS.id, run_key="x"), settings)


def test_the_same_content_under_two_names_is_two_pulls(store, workbooks) -> None:
    store.put(KEY, workbooks[0])
    store.put("inbox/omdia/copy.xlsx", workbooks[0])
    assert len({request.pull_id for request in due_files(store, "omdia")}) == 2


def test_a_pull_is_said_when_the_file_came_not_when_it_was_published(
    store, workbooks, pull, settings
) -> None:
    store.put(KEY, workbooks[0])
    landed = pull(*due_files(store, "omdia"), settings)
    assert landed.said_at == datetime(2026, 2, 25, 8, tzinfo=UTC)
