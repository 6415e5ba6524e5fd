"""What a load was asked for and answered, by call and country.

What is there in reality:
1. one country is answered with an empty list among full ones
2. one country is refused as if no product matched
3. a country's answer has only rows that are left out (roll-ups): entries, and no rows
4. the load is of an older release and has no record
5. parts of an older release, landed before entries were counted: unknown is not zero
6. killed after the record and before the ledger; or run twice: the same record
7. a pull that stops at a later call: what was answered counts, and is reused by the next try
8. 150 countries, a country in many calls: the record stays small
9. another shape: no rows could be made, and the calls are known all the same
10. braces in texts are no entries, wherever the pieces are cut (test_nesting.py)
11. a replay is a load of its own, with the same calls
12. a file from an inbox has no calls
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import read_metadata
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.errors import LoadRefused, QuotaError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.gates.answered import summary, table
from shortdrama.gates.results import GateResult
from shortdrama.gates.triage import page
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.answers import MOST_COUNTRIES, find_answers
from shortdrama.ingest.pull import pull
from shortdrama.ingest.replay import replay
from shortdrama.ingest.triage import triage_of_load
from shortdrama.lake import keys
from shortdrama.lake.answers import Answers, Calls, Rows, calls_of
from shortdrama.lake.landing import Part, read_pull
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.appfigures import product_list
from shortdrama.sources.connector import PullRequest

DAY = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))
ASKED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAY)
NO_PRODUCT = {"status": 400, "message": "Invalid or empty product parameter"}
WINDOWED = (ESTIMATES, RANKS)


def row(product_id: int, **other: Any) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "start_date": "2025-09-01",
        "downloads": 5,
        "revenue": "9.00",
        **other,
    }


@pytest.fixture(autouse=True)
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that finds nothing: the real one takes long."""

    def audit(dataset: Dataset, path: Path, load_id: str, *_: object) -> GateResult:
        rows = read_metadata(path).num_rows
        return GateResult(subject=f"{dataset.id} {load_id}", suites=(), rows=rows, what_to_do="")

    monkeypatch.setattr("shortdrama.gates.load_gate.audit_load", audit)


@pytest.fixture
def says(source: Any, settings: Settings) -> Callable[..., Settings]:
    """Settings with a vendor that answers the world, US and CN in turn."""

    def script(*answers: tuple[int, Any]) -> Settings:
        source.script.clear()
        for status, body in answers:
            headers = {"x-currency": "USD", "x-shortdrama-sample": "true"}
            source.says(status=status, body=body, headers=headers)
        api = settings.appfigures.model_copy(update={"base_url": source.url})
        return settings.model_copy(update={"appfigures": api})

    return script


@pytest.fixture
def load(store: ObjectStore) -> Callable[..., LoadRecord]:
    def whole(settings: Settings, request: PullRequest = ASKED) -> LoadRecord:
        landed = read_pull(store, pull(request, settings, store))
        conform_or_quarantine(landed, settings, store)
        return admit(landed, settings, store)

    return whole


def answers_of(record: LoadRecord, store: ObjectStore) -> Answers:
    found = find_answers(dataset_named(record.dataset), record.load_id, store)
    assert found is not None
    return found


def test_countries_without_entries_or_rows_are_named(says, load, store) -> None:
    settings = says((200, [row(1), row(2), row(2, rollup=True)]), (200, []), (400, NO_PRODUCT))
    record = load(settings)
    answers = answers_of(record, store)
    assert [(line.name, line.answered, line.empty, line.refused) for line in answers.calls] == [
        ("ZZ", 1, 0, 0), ("US", 0, 1, 0), ("CN", 0, 0, 1),
    ]  # fmt: skip
    assert [line.entries for line in answers.calls] == [3, 0, 0]
    assert answers.calls[0].body_bytes == len(
        json.dumps([row(1), row(2), row(2, rollup=True)]).encode()
    )
    assert answers.rows == (
        Rows(country_code="ZZ", rows=2, products=2),
        Rows(country_code="US", rows=0, products=0),
        Rows(country_code="CN", rows=0, products=0),
    )
    shown = page(triage_of_load(record.load_id, settings, store), 80)
    assert "3 calls: 1 answered, 1 empty, 1 refused; 2 rows" in shown
    assert "- US: 1 empty, of 1" in shown
    assert "- CN: 1 refused, as if there were nothing, of 1" in shown


def test_a_country_with_roll_ups_alone_has_entries_and_no_rows(says, load, store) -> None:
    settings = says((200, [row(1)]), (200, [row(1, rollup=True)]), (200, [row(1)]))
    answers = answers_of(load(settings), store)
    assert answers.calls[1].entries == 1
    assert answers.rows_of("US") == Rows(country_code="US", rows=0, products=0)
    assert "- US: no rows" in summary(answers)


def test_what_a_country_has_lost_is_shown_beside_the_load_before(
    says, load, store, settings
) -> None:
    full = (200, [row(number) for number in range(1, 8)])
    load(says(full, full, full))
    less = load(
        says(full, (200, [row(1), row(2)]), full), ASKED.model_copy(update={"run_key": "2"})
    )
    shown = page(triage_of_load(less.load_id, settings, store), 80)
    assert "- US: 2 rows of 2 products (before: 7 of 7), 71% fewer rows" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_load_that_runs_twice_or_was_killed_before_its_verdict_has_one_record(
    says, load, store
) -> None:
    settings = says((200, [row(1)]))
    record = load(settings)
    body = store.get(keys.answers(ESTIMATES.id, record.load_id))
    assert load(settings) == record
    assert store.get(keys.answers(ESTIMATES.id, record.load_id)) == body
    store.delete(keys.load_ledger(ESTIMATES.id))
    assert load(settings).load_id == record.load_id
    assert store.get(keys.answers(ESTIMATES.id, record.load_id)) == body


def test_a_pull_that_stops_says_how_far_it_came_and_the_next_goes_on(says, load, store) -> None:
    spent = (420, {"message": "quota"})
    settings = says((200, [row(1)]), (200, []), spent)
    with pytest.raises(QuotaError, match="CN"):
        load(settings)
    (stopped,) = outcomes_of(store, "pull", settings.clock.today())
    told = stopped.details
    assert (told["planned_calls"], told["used_calls"], told["reused_parts"]) == (3, 3, 0)
    assert (told["answered_calls"], told["empty_calls"], told["refused_calls"]) == (1, 1, 0)
    assert told["refusals"] == 1
    assert told["seconds"] > 0
    record = load(says((200, [row(1)])))
    told_all = outcomes_of(store, "pull", settings.clock.today())
    (went_on,) = [one for one in told_all if one.status == "succeeded"]
    told = went_on.details
    assert (told["used_calls"], told["reused_parts"]) == (1, 2)
    assert (told["answered_calls"], told["empty_calls"]) == (2, 1)
    assert [line.count for line in answers_of(record, store).calls] == [1, 1, 1]


def test_another_shape_has_calls_and_no_rows(says, load, store) -> None:
    settings = says((200, [{"product_id": 1, "units": 5}]))
    with pytest.raises(LoadRefused) as refused:
        load(settings)
    answers = find_answers(ESTIMATES, refused.value.load_id, store)
    assert answers is not None
    assert (answers.count("answered"), answers.rows) == (3, None)
    shown = page(triage_of_load(refused.value.load_id, settings, store), 80)
    assert "3 calls: 3 answered, 0 empty, 0 refused; no rows could be made" in shown


def test_a_replay_has_the_same_calls_under_its_own_id(says, load, store) -> None:
    settings = says((200, [row(1)]))
    record = load(settings)
    again = replay(record, settings, store)
    first, second = answers_of(record, store), answers_of(again, store)
    assert second.load_id == again.load_id != first.load_id
    assert (second.calls, second.rows) == (first.calls, first.rows)


def test_a_load_of_an_older_release_is_shown_without_its_answers(
    says, load, store, command_line
) -> None:
    settings = says((200, [row(1)]))
    record = load(settings)
    store.delete(keys.answers(ESTIMATES.id, record.load_id))
    assert "What was asked and answered" not in page(
        triage_of_load(record.load_id, settings, store), 80
    )
    assert "of an older release" in command_line("load", "answers", record.load_id)
    assert command_line("load", "answers", record.load_id, "--json") == "null\n"


def part(country: str, number: int = 0, **changes: Any) -> Part:
    return Part(
        key=f"landing/{country}/{number}",
        said_at="2026-02-25T08:00:00Z",
        request={"path": "reports/estimates", "products": str(number)},
        response={"status": "200"},
        context={"country_code": country},
        sha256="0" * 64,
        size_bytes=9,
        is_sample=True,
        **changes,
    )


def test_entries_that_nobody_counted_are_unknown_and_not_none() -> None:
    older = Part.read(part("US").model_dump(mode="json", exclude={"entries", "body_bytes"}), "key")
    (line,) = calls_of([older, part("US", 1, entries=3, body_bytes=30)])
    assert (line.answered, line.empty, line.entries, line.body_bytes) == (2, 0, None, None)


def test_many_countries_and_calls_are_a_small_record() -> None:
    codes = [f"{first}{second}" for first in "ABCDEFGHIJ" for second in "ABCDEFGHIJKLMNO"]
    calls = calls_of(
        part(code, number, entries=54_832, body_bytes=5_500_000)
        for code in codes
        for number in range(20)
    )
    rows = tuple(Rows(country_code=code, rows=1_096_640, products=6_000) for code in codes)
    answers = Answers(load_id="l", dataset=ESTIMATES.id, window=DAY, calls=calls, rows=rows)
    assert [line.count for line in answers.calls] == [20] * 150
    assert len(answers.body) < 40_000
    assert Answers.read(answers.body, "key") == answers
    assert len(summary(answers)) < 20


@pytest.mark.parametrize(
    ("dataset", "first"),
    [
        (ESTIMATES, ["ZZ", "US"]),
        (RANKS, ["days 2025-09-01..2025-09-01"]),
        (PRODUCTS, ["kind product, page 1", "kind product, page 2"]),
        (HASHTAGS, [f"US, kind chart, window days 7, page {number}" for number in (1, 2)]),
    ],
    ids=lambda one: getattr(one, "id", ""),
)
def test_every_dataset_of_an_api_keeps_its_natural_parts(
    dataset, first, settings, load, store, monkeypatch
) -> None:
    monkeypatch.setattr(product_list, "listed_products", lambda *_: (284_882_215,))
    window = DAY if dataset in WINDOWED else None
    record = load(settings, PullRequest(dataset=dataset.id, run_key="run", window=window))
    answers = answers_of(record, store)
    assert [line.name for line in answers.calls][:2] == first
    assert sum(one.rows for one in answers.rows or ()) == record.rows
    assert all(line.entries is not None and line.body_bytes for line in answers.calls)
    assert all(len(line) <= 80 for line in table(answers))


@pytest.fixture
def command_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setattr("shortdrama.cli.load.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.cli.shared.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.core.machine.ensure_store", lambda: None)
    return lambda *arguments: CliRunner().invoke(app, list(arguments)).output


def test_the_command_shows_every_line_at_80_columns_and_for_machines(
    says, load, store, command_line
) -> None:
    record = load(says((200, [row(1), row(2)]), (200, []), (200, [row(1)])))
    shown = command_line("load", "answers", record.load_id).splitlines()
    assert shown[0] == "3 calls: 2 answered, 1 empty, 0 refused; 3 rows"
    assert shown[3].split() == ["ZZ", "1", "0", "0", "2", "0.00"]
    assert shown[-2].split() == ["US", "0", "0", "-", "-"]
    assert max(map(len, shown)) <= 80
    told = command_line("load", "answers", record.load_id, "--json")
    assert Answers.read(told, "output") == answers_of(record, store)


def test_long_names_get_a_line_of_their_own() -> None:
    long = Calls(
        country_code="US", about="kind detail, window days 120, page 1",
        answered=1, empty=0, refused=0, entries=None, body_bytes=None,
    )  # fmt: skip
    answers = Answers(load_id="l", dataset=HASHTAGS.id, window=DAY, calls=(long,))
    lines = list(table(answers))
    assert lines[3] == "US, kind detail, window days 120, page 1"
    assert lines[4].split() == ["1", "0", "0", "-", "-"]


def test_an_answer_that_names_countless_countries_leaves_a_small_record(
    says, load, store, monkeypatch
) -> None:
    monkeypatch.setattr(product_list, "listed_products", lambda *_: (1,))
    category = {"id": 1, "name": "N", "device": "handheld", "subtype": "free"}
    series = [
        {"product_id": 1, "country": country, "category": category, "positions": [1]}
        for country in (*(f"A{number}" for number in range(3 * MOST_COUNTRIES)), "US")
    ]
    settings = says((200, {"dates": ["2025-09-01"], "data": series}))
    record = load(settings, PullRequest(dataset=RANKS.id, run_key="run", window=DAY))
    rows = answers_of(record, store).rows
    assert [(one.country_code, one.rows) for one in rows[:3]] == [("US", 1), ("CN", 0), ("A0", 1)]
    assert len(rows) == MOST_COUNTRIES + 1
