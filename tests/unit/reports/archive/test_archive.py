"""Editions in the lake: bound once, read as they were written, and those of older software."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from memory_store import Interruption, Killed, MemoryStore
from shortdrama.lake import keys
from shortdrama.reports.archive import parts, sheets
from shortdrama.reports.archive.editions import (
    Correction,
    Edition,
    bind,
    cited_snapshots,
    corrections_of,
    find_edition,
    part_in_force,
    record_correction,
)
from shortdrama.reports.archive.index import index_page
from shortdrama.reports.archive.parts import ArchiveDamaged, Printed
from shortdrama.reports.page import Sheet
from small_report import SmallContent, drawn, written

NOW = datetime(2025, 10, 2, 8, tzinfo=UTC)
W39 = "weekly_brief/2025-W39"
V1 = Path(__file__).parents[3] / "fixtures" / "lake_v1"


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


def edition(snapshot_id: str = "s1") -> Edition:
    return Edition(
        report="weekly_brief", period="2025-W39", snapshot_id=snapshot_id, is_sample=True,
        bound_at=NOW, moved_pct={"revenue": Decimal("1.50")}, parts={},
    )  # fmt: skip


def printed(usd: str = "1") -> dict[Literal["en", "zh"], Printed]:
    content = SmallContent(period="2025-W39", revenue={"A": Decimal(usd)})
    pages = {locale: written(content, locale) for locale in ("en", "zh")}
    return {locale: Printed(drawn(page), tuple(page.sheets)) for locale, page in pages.items()}


def test_an_edition_is_read_as_it_was_bound(memory: MemoryStore) -> None:
    bound = bind(memory, edition(), printed())
    found = find_edition(memory, W39)
    assert found == bound
    for locale, one in printed().items():
        assert parts.read(memory, W39, bound.parts[locale]) == one.rendered
        assert parts.read_sheets(memory, W39, bound.parts[locale]) == one.sheets


def test_the_first_of_two_that_make_it_at_once_binds_it_and_stays_whole(
    memory: MemoryStore,
) -> None:
    def other() -> None:
        bind(memory, edition("other"), printed("2"))

    memory.interruption = Interruption(13, other)  # between the last file and the record
    bound = bind(memory, edition("ours"), printed("1"))
    assert bound.snapshot_id == "other"
    assert "2" in parts.read(memory, W39, bound.parts["en"]).subject


@pytest.mark.parametrize("access", range(12))
def test_a_kill_at_any_write_leaves_nothing_bound_and_the_next_is_whole(
    memory: MemoryStore, access: int
) -> None:
    memory.interruption = Interruption(access, "killed before" if access % 2 else "killed after")
    with pytest.raises(Killed):
        bind(memory, edition("killed"), printed("1"))
    assert find_edition(memory, W39) is None
    bound = bind(memory, edition("next"), printed("2"))
    assert bound.snapshot_id == "next"
    assert "2" in parts.read(memory, W39, bound.parts["zh"]).subject


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_file_is_named_and_the_other_language_is_not_affected(
    memory: MemoryStore, damage: str
) -> None:
    bound = bind(memory, edition(), printed())
    key = keys.edition_part(W39, bound.parts["zh"].folder, parts.TEXT)
    if damage == "changed":
        memory.objects[key] += b"!"
    else:
        del memory.objects[key]
    with pytest.raises(ArchiveDamaged, match=rf"{key} .*{damage}"):
        parts.read(memory, W39, bound.parts["zh"])
    assert parts.read(memory, W39, bound.parts["en"])


def test_an_edition_of_form_1_is_readable_and_its_picture_goes_along(memory: MemoryStore) -> None:
    memory.put(keys.edition(W39), (V1 / keys.edition(W39)).read_bytes())
    found = find_edition(memory, W39)
    assert found is not None
    assert (found.schema_version, found.late_in, set(found.parts)) == (2, (), {"en", "zh"})
    part = found.parts["en"]
    assert parts.read_sheets(memory, W39, part) is None

    files = {parts.HTML: b'<img src="chart.png">', parts.TEXT: b"text", "chart.png": b"\x89PNG"}
    for name, body in files.items():
        memory.put(f"reports/{W39}/en/{name}", body)
    with pytest.raises(ArchiveDamaged, match="has changed"):
        parts.read(memory, W39, part)
    same = part.model_copy(update={"sha256": parts._digest(files)})
    rendered = parts.read(memory, W39, same)
    assert rendered.html == '<img src="cid:chart.png">'
    assert rendered.standalone == b'<img src="data:image/png;base64,iVBORw==">'
    assert [one.name for one in rendered.pictures] == ["chart.png"]


def test_cells_keep_their_types() -> None:
    sheet = Sheet(
        "收入", ("a", "b"),
        ((Decimal("1.10"), 2), (date(2025, 9, 30), None), ("=cmd", "1.1"), ("{}", "‮")),
    )  # fmt: skip
    (again,) = sheets.parse(sheets.dump([sheet]))
    assert again == sheet
    assert [type(cell) for row in again.rows for cell in row] == [
        type(cell) for row in sheet.rows for cell in row
    ]
    assert str(again.rows[0][0]) == "1.10"


def correction(number: int = 1, **fields: object) -> Correction:
    return Correction.model_validate(
        {"edition": W39, "number": number, "snapshot_id": "s2", "by": "ada", "because": "cents",
         "at": NOW, "changes": 1, "notes": {}, "parts": {}} | fields
    )  # fmt: skip


def test_a_correction_has_one_number_and_is_in_force_for_new_readers(memory: MemoryStore) -> None:
    bound = bind(memory, edition(), printed())
    assert part_in_force(bound, (), "en") == bound.parts["en"]
    corrected = {one: parts.keep(memory, W39, one, p) for one, p in printed("2").items()}
    first = record_correction(memory, correction(parts=corrected))
    assert record_correction(memory, correction(by="bo")) == first
    assert corrections_of(memory, W39) == (first,)
    assert part_in_force(bound, (first,), "en") == corrected["en"]
    assert cited_snapshots(memory) == {"s1": [W39], "s2": [W39]}


def test_the_index_lists_editions_by_date_and_is_harmless(memory: MemoryStore) -> None:
    assert "There is no edition yet" in index_page(memory)
    hostile = {
        locale: replace(one, rendered=replace(one.rendered, subject="<script>alert(1)</script>"))
        for locale, one in printed().items()
    }
    bind(memory, edition(), hostile)
    record_correction(memory, correction(because='"><img src=x onerror=alert(1)>'))
    page = index_page(memory)
    assert "<script" not in page
    assert "<img" not in page
    assert page.index("correction 1, by ada") > page.index("<h1>")
    (key,) = [key for key in memory.objects if "/en/" in key and key.endswith("edition.html")]
    assert f'href="{key.removeprefix("reports/")}"' in page
    assert "Market page" not in page
    memory.put(keys.market_page("s1", "zh"), b"")
    assert '<a href="../marts/pages/s1/market-zh.html">中文</a>' in index_page(memory)
    assert len(page) < 5000
