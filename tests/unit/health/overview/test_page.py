"""The page: what it says, and what it makes of hostile text and odd months."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from overviews import NOW, example
from shortdrama.health.overview.backfills import BackfillStatus
from shortdrama.health.overview.calendar import calendar, frame_of
from shortdrama.health.overview.model import Overview
from shortdrama.health.overview.page import SCRIPT, page, unreachable_page

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' {{ 7*7 }}"


class Elements(HTMLParser):
    """The tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def bars(name: str, **months: Any) -> dict[str, list[tuple[int, int, str]]]:
    """The bars of a dataset by month: first day, days, state."""
    status = next(one for one in example().datasets if one.dataset == name)
    found = calendar(status, frame_of(months.get("until"), NOW.date()))
    return {row.label: [(bar.first, bar.days, bar.state) for bar in row.bars] for row in found}


def test_every_dataset_stands_on_the_page() -> None:
    overview = example()
    text = Elements(page(overview)).text
    for status in overview.datasets:
        assert status.dataset in text
        assert status.title in text


def test_open_backfills_stand_on_the_page_with_what_can_be_done() -> None:
    elements = Elements(page(example()))
    text = " ".join(elements.text.split())
    assert "appfigures.estimates-3 running 2024-03-01..2025-01-09; since 2026-02-25 07:48" in text
    assert "2/4 windows, 162,628 rows, 6/12 calls" in text
    assert "goes on by itself at 2026-02-26 00:00 UTC" in text
    assert 'to cancel it: shortdrama backfill cancel appfigures.ranks-3 --because "..."' in text
    bars = [attributes for tag, attributes in elements.tags if tag == "progress"]
    assert [(bar["value"], bar["max"]) for bar in bars[1:]] == [("552", "945"), ("0", "90")]
    assert "Backfills" not in Elements(page(example(backfills=()))).text


def test_a_backfill_that_cannot_be_read_says_why() -> None:
    broken = BackfillStatus(backfill_id="x-1", dataset="x", unreadable=f"it is {HOSTILE}")
    elements = Elements(page(example(backfills=(broken,))))
    assert f"it is {HOSTILE}" in elements.text
    assert not [tag for tag, _ in elements.tags if tag == "img"]


def test_a_month_is_a_row_of_bars() -> None:
    found = bars("appfigures.estimates")
    assert found["2025-11"] == [
        (1, 5, "covered"), (6, 2, "provisional"), (8, 10, "gap"), (18, 13, "covered"),
    ]  # fmt: skip
    assert found["2025-05"] == [(1, 31, "gap")]
    assert found["2026-02"] == [
        (1, 17, "covered"), (18, 4, "covered"),
        (22, 2, "provisional"), (24, 1, "refused"),
    ]  # fmt: skip
    assert next(iter(found)) == "2026-02"
    assert list(found)[-1] == "2025-03"


def test_a_file_that_people_drop_has_only_the_months_of_its_days() -> None:
    assert bars("omdia.forecasts") == {
        "2026-02": [(23, 1, "covered")],
        "2025-10": [(14, 1, "covered")],
    }


def test_earlier_months_can_be_asked_for() -> None:
    assert list(bars("appfigures.estimates", until="2025-04")) == [
        "2025-04",
        "2025-03",
        "2025-02",
        "2025-01",
    ]
    assert frame_of("2025-04", NOW.date()).first == date(2024, 5, 1)
    assert "?until=2025-02" in page(example())


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "0000-01", "0001-01", "9999-12", HOSTILE])
def test_a_month_that_does_not_exist_is_this_month(text: str) -> None:
    assert frame_of(text, NOW.date()).last == date(2026, 2, 1)
    assert page(example(), text) == page(example())


def test_a_bar_says_its_days_and_what_is_missing() -> None:
    text = Elements(page(example())).text
    assert "gap: 2025-11-08..2025-11-17" in text
    assert "gap: 2025-05-01..2025-05-31 (without JP)" in text


def test_the_calendar_has_a_text_for_people_who_do_not_see_it() -> None:
    pictures = [attrs for tag, attrs in Elements(page(example())).tags if tag == "svg"]
    labels = [str(attrs["aria-label"]) for attrs in pictures if attrs.get("role") == "img"]
    assert (
        "Coverage of appfigures.estimates: 363 days covered, 6 days provisional, 41 days gap,"
        in (" ".join(labels))
    )
    assert all(attrs.get("aria-hidden") or attrs.get("aria-label") for attrs in pictures)


def test_what_is_wrong_is_said_in_words() -> None:
    text = Elements(page(example())).text
    assert "A load was refused; the dataset stays at its last accepted load." in text
    assert "41 days are missing." in text
    assert "No load was accepted yet." in text
    assert (
        "Publishing is held by ana since 2026-02-24 12:00 UTC: revenue of Japan is in yen" in text
    )
    assert "settled_world_factor: observed 1.8, expected at most 1.25" in text
    assert "348 of 1,000 calls left" in text


@pytest.mark.parametrize(
    "html",
    [page(example(reason=HOSTILE)), unreachable_page(HOSTILE)],
    ids=["page", "unreachable"],
)
def test_hostile_text_is_only_text(html: str) -> None:
    elements = Elements(html)
    assert [tag for tag, _ in elements.tags if tag in ("img", "script")] == ["script"]
    assert not [name for _, attrs in elements.tags for name in attrs if name.startswith("on")]
    assert "{{ 7*7 }}" in elements.text
    assert SCRIPT in html


def test_a_ledger_that_cannot_be_read_is_said_on_its_card() -> None:
    overview = example()
    broken = overview.datasets[0].model_copy(update={"unreadable": "ops/ledger/x.json is damaged"})
    shown = overview.model_copy(update={"datasets": (broken, *overview.datasets[1:])})
    assert "Its ledger cannot be read: ops/ledger/x.json is damaged" in Elements(page(shown)).text


def test_a_new_lake_is_a_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overviews.estimates", list)
    empty = example(quotas=())
    shown = empty.model_copy(
        update={
            "datasets": tuple(
                status.model_copy(update={"stretches": (), "loads": 0, "as_of": None})
                for status in empty.datasets
            )
        }
    )
    text = Elements(page(shown)).text
    assert "No source was asked today" in text
    assert "No day of these months." in text


def test_nothing_is_fetched() -> None:
    html = page(example())
    assert not re.findall(
        r"(?:src|href)=\"(?!\?until=|#)[^\"]*\"|url\((?!#)|@import|//[a-z]+\.", html
    )


def test_an_overview_survives_json(overview: Overview) -> None:
    assert (
        Overview.model_validate_json(
            overview.model_dump_json(exclude={"datasets": {"__all__": {"troubles"}}})
        )
        == overview
    )
