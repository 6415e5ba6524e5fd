"""New houses, by layout files alone; and what was accepted before stays as it was."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pyarrow.parquet as pq
import pytest

from hazards import edited, put
from houses import HOUSES, NORTHWIND, northwind
from shortdrama.core.errors import LoadRefused, SchemaError
from shortdrama.core.settings import Settings
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.gates.triage import page
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.decisions import gate_of, revoke_load
from shortdrama.ingest.pull import pull
from shortdrama.ingest.replay import replay
from shortdrama.ingest.triage import triage_of_load
from shortdrama.lake import keys
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.inbox import due_files
from shortdrama.warehouse.decide.refusals import refusals
from shortdrama_local.samples.omdia_workbooks import write_workbooks

Load = Callable[[str, bytes], LoadRecord]


@pytest.fixture
def load(store: ObjectStore, settings: Settings) -> Load:
    """Drops a file and takes it through to the gate's verdict."""

    def take(name: str, content: bytes) -> LoadRecord:
        store.put(f"inbox/omdia/{name}", content)
        (request,) = due_files(store, "omdia", settings.clock)
        landed = read_pull(store, pull(request, settings, store))
        conform_or_quarantine(landed, settings, store)
        return admit(landed, settings, store)

    return take


def put_layout(store: ObjectStore, layout_id: str, layout: str) -> None:
    store.put(f"{keys.inbox_layouts('omdia')}{layout_id}.json", layout.encode())


def rows(store: ObjectStore, record: LoadRecord) -> list[dict[str, Any]]:
    """What the load says, without its lineage."""
    names = [column.name for column in FORECASTS.columns]
    return pq.read_table(BytesIO(store.get(record.key)), columns=names).to_pylist()


@pytest.mark.parametrize("layout_id", HOUSES)
def test_a_new_house_is_accepted_once_its_layout_lies_in_the_lake(
    load: Load, store: ObjectStore, settings: Settings, layout_id: str
) -> None:
    workbook, layout, figures = HOUSES[layout_id]
    with pytest.raises(LoadRefused, match="shortdrama inbox layout draft") as refused:
        load("house.xlsx", workbook())
    (before,) = LoadLedger(store, FORECASTS.id).records()
    assert before.file_name == "house.xlsx"
    put_layout(store, layout_id, layout)
    record = replay(before, settings, store)
    assert record.load_id == f"{refused.value.load_id}-r2"
    assert (record.status, record.rows, record.file_name) == ("accepted", figures, "house.xlsx")
    assert record.layout is not None
    assert record.layout.id == layout_id
    assert record.vendor is not None
    assert record.vendor.vendor == rows(store, record)[0]["publisher"]
    (published,) = {row["published_on"] for row in rows(store, record)}
    assert record.coverage.window.start == record.coverage.window.end == published


def test_the_demo_editions_replayed_beside_other_layouts_say_the_same(
    load: Load, store: ObjectStore, settings: Settings, tmp_path: Any
) -> None:
    records = [load(path.name, path.read_bytes()) for path in write_workbooks(tmp_path)]
    for layout_id, (_, layout, _) in HOUSES.items():
        put_layout(store, layout_id, layout)
    for record in records:
        again = replay(record, settings, store)
        assert again.layout == record.layout
        assert rows(store, again) == rows(store, record) != []


def test_an_accepted_edition_is_replayed_by_its_own_layout_whatever_superseded_it(
    load: Load, store: ObjectStore, settings: Settings
) -> None:
    put_layout(store, "northwind_2025", NORTHWIND)
    record = load("house.xlsx", northwind())
    successor = NORTHWIND.replace('"northwind_2025"', '"northwind_2026"').replace(
        '"publisher"', '"supersedes": "northwind_2025", "publisher"'
    )
    put_layout(store, "northwind_2026", successor.replace('"gross"', '"net"'))
    store.delete(f"{keys.inbox_layouts('omdia')}northwind_2025.json")
    again = replay(record, settings, store)
    assert again.layout == record.layout
    assert rows(store, again) == rows(store, record)
    revoke_load(again.load_id, "its basis is net", "me", settings, store)
    (revoked,) = [r for r in LoadLedger(store, FORECASTS.id).newest() if r.status == "revoked"]
    assert replay(revoked, settings, store).layout.id == "northwind_2026"


def test_a_new_file_is_read_by_the_successor(
    load: Load, store: ObjectStore, settings: Settings
) -> None:
    put_layout(store, "northwind_2025", NORTHWIND)
    successor = NORTHWIND.replace('"northwind_2025"', '"northwind_2026"').replace(
        '"publisher"', '"supersedes": "northwind_2025", "publisher"'
    )
    put_layout(store, "northwind_2026", successor)
    assert load("house.xlsx", northwind()).layout.id == "northwind_2026"


def test_a_layout_that_changed_after_it_was_used_is_not_used(
    load: Load, store: ObjectStore
) -> None:
    put_layout(store, "northwind_2025", NORTHWIND)
    load("house.xlsx", northwind())
    put_layout(store, "northwind_2025", NORTHWIND.replace('"gross"', '"net"'))
    with pytest.raises(LoadRefused, match="northwind_2025 was changed after a load was read"):
        load("corrected.xlsx", northwind(world=10_900))


def test_a_broken_layout_is_named_and_holds_nobody_else_up(
    load: Load, store: ObjectStore, tmp_path: Any
) -> None:
    put_layout(store, "northwind_2025", NORTHWIND.replace('"columns"', '"colums"'))
    with pytest.raises(LoadRefused, match=r"layout northwind_2025\.json cannot be used: .*colums"):
        load("house.xlsx", northwind())
    path = write_workbooks(tmp_path)[0]
    assert load(path.name, path.read_bytes()).status == "accepted"


def test_two_layouts_that_fit_alike_are_a_refusal(load: Load, store: ObjectStore) -> None:
    put_layout(store, "northwind_2025", NORTHWIND)
    put_layout(store, "other_2025", NORTHWIND.replace('"northwind_2025"', '"other_2025"'))
    with pytest.raises(LoadRefused, match="northwind_2025, other_2025 fit it alike"):
        load("house.xlsx", northwind())


def test_what_was_not_read_is_a_warning_of_the_load(load: Load, store: ObjectStore) -> None:
    def hide(book: Any) -> None:
        book["Revenue"].row_dimensions[12].hidden = True

    record = load("hidden.xlsx", edited(hide))
    assert [warning.concern for warning in record.warnings] == ["completeness"]
    assert "sheet 'Revenue', not read: row 12" in record.warnings[0].text


def test_every_problem_is_a_finding_with_its_cell(load: Load, store: ObjectStore) -> None:
    def break_two(book: Any) -> None:
        book["Revenue"]["F12"] = "#REF!"
        book["Revenue"]["B13"] = "Atlantis"

    with pytest.raises(LoadRefused, match=r"F12.*and 1 more"):
        load("broken.xlsx", edited(break_two))
    (record,) = LoadLedger(store, FORECASTS.id).records()
    findings = gate_of(record, FORECASTS, store).findings
    assert ["cell F12" in str(f.observed) for f in findings] == [True, False]
    assert "cell B13" in str(findings[1].observed)


def test_a_layout_that_a_replay_needs_and_that_is_gone_is_named(
    load: Load, store: ObjectStore, settings: Settings
) -> None:
    put_layout(store, "northwind_2025", NORTHWIND)
    record = load("house.xlsx", northwind())
    store.delete(keys.used_layout("omdia", record.layout.id, record.layout.sha256))
    with pytest.raises((SchemaError, LoadRefused), match=r"is gone, the layout that the load"):
        replay(record, settings, store)


def test_the_list_of_refusals_has_file_problem_and_what_the_replay_became(
    load: Load, store: ObjectStore, settings: Settings
) -> None:
    with pytest.raises(LoadRefused):
        load("house.xlsx", northwind())
    (refusal,) = refusals(store)
    assert refusal.about == "omdia.forecasts house.xlsx"
    assert refusal.reason.startswith("house.xlsx: no cell says")
    assert refusal.state == "in quarantine"
    put_layout(store, "northwind_2025", NORTHWIND)
    (record,) = LoadLedger(store, FORECASTS.id).records()
    again = replay(record, settings, store)
    (refusal,) = refusals(store)
    assert refusal.state == f"in quarantine; its replay {again.load_id} is accepted"


def test_the_list_of_refusals_names_what_the_gate_found_first(
    load: Load, store: ObjectStore
) -> None:
    with pytest.raises(LoadRefused, match="us_to_ex_china_max"):
        load("small.xlsx", edited(put("I13", 3_500)))
    (refusal,) = refusals(store)
    assert refusal.about == "omdia.forecasts small.xlsx"
    assert refusal.reason.startswith("expect_column_values_to_be_between(countries_to_whole_max)")


def test_a_page_about_a_refused_file_names_the_file_and_each_problem_once(
    load: Load, store: ObjectStore, settings: Settings
) -> None:
    with pytest.raises(LoadRefused) as refused:
        load("broken.xlsx", edited(put("F12", "#REF!")))
    text = page(triage_of_load(refused.value.load_id, settings, store), 80)
    assert "\nFile: broken.xlsx\n" in text
    assert "1. critical: broken.xlsx, sheet 'Revenue', cell F12: '#REF!' is not" in text
    assert "shape" not in text
