"""What the brief says about overrides, revocations and warnings."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortdrama.lake.overrides import AcceptedFinding, Override
from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.formats import LocaleName
from shortdrama.reports.plain_text import WIDTH, columns
from shortdrama.reports.render import render
from shortdrama.reports.weekly_brief import LOCALES

MONDAY = datetime(2025, 9, 22, 0, tzinfo=UTC)
"""The first instant of the week of the example."""

FINDING = AcceptedFinding(suite="marts/a", expectation="expect_x", column="active_apps")
WARNING = (
    "appfigures.estimates 2025-09-01..2025-09-30:"
    " expect_column_values_to_be_between(newest_day_lag) — observed 4, expected at most 3."
    " The newest days may lag."
)


def decided(kind: Any, at: datetime = MONDAY, **changes: Any) -> Override:
    return Override(
        kind=kind,
        subject="L1",
        dataset=None if kind == "marts_published" else "appfigures.estimates",
        by="ada",
        at=at,
        because="the vendor confirmed <it>",
        findings=(FINDING,) if kind == "marts_published" else (),
    ).model_copy(update=changes)


def with_checks(
    brief: WeeklyBrief, *overrides: Override, warnings: tuple[str, ...] = ()
) -> WeeklyBrief:
    facts = brief.snapshot.model_copy(update={"overrides": overrides, "warnings": warnings})
    return brief.model_copy(update={"snapshot": facts})


def text(brief: WeeklyBrief, locale: LocaleName = "en") -> str:
    return " ".join(render(brief, locale).text.split())


@pytest.mark.parametrize(
    ("kind", "en", "zh"),
    [
        (
            "load_accepted",
            "22 Sept 2025, ada took in data that the checks had refused, App-store estimates"
            " (Appfigures): “the vendor confirmed <it>”",
            "ada接收了未通过检查的数据",
        ),
        (
            "load_revoked",
            "22 Sept 2025, ada took data back out, App-store estimates (Appfigures): “the vendor"
            " confirmed <it>”",
            "ada撤回了已接收的数据",
        ),
        (
            "marts_published",
            "22 Sept 2025, ada published in spite of 1 failed check(s): “the vendor confirmed"
            " <it>”",
            "ada在1项检查未通过的情况下决定发布",
        ),
    ],
)
def test_a_decision_is_told_with_who_when_and_why(
    example_brief: WeeklyBrief, kind: str, en: str, zh: str
) -> None:
    brief = with_checks(example_brief, decided(kind))
    assert en in text(brief)
    assert zh in text(brief, "zh").replace(" ", "")
    for locale, told in (("en", en), ("zh", zh)):
        html = render(brief, locale).html
        assert told.replace("<", "&lt;").replace(">", "&gt;") in html


def test_a_warning_is_told_by_its_figure(example_brief: WeeklyBrief) -> None:
    brief = with_checks(example_brief, warnings=(WARNING,))
    told = (
        "Noted: appfigures.estimates 2025-09-01..2025-09-30: newest_day_lag: observed 4, expected"
        " at most 3. The newest days may lag."
    )
    assert told in text(brief)
    assert told in render(brief, "en").html
    assert "提示：" in render(brief, "zh").html


@pytest.mark.parametrize("locale", LOCALES)
def test_without_decision_and_warning_nothing_is_said(
    example_brief: WeeklyBrief, locale: LocaleName
) -> None:
    rendered = render(example_brief, locale)
    for part in (rendered.text, rendered.html):
        assert "Our checks" not in part
        assert "数据检查" not in part


def test_a_decision_before_the_week_began_is_of_another_edition(
    example_brief: WeeklyBrief,
) -> None:
    sunday = MONDAY.replace(day=21, hour=23)
    brief = with_checks(
        example_brief, decided("load_revoked", sunday, by="grace"), decided("load_accepted")
    )
    assert "ada took in" in text(brief)
    assert "grace" not in text(brief)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_newest_come_first_and_many_are_cut_short(
    example_brief: WeeklyBrief, locale: LocaleName
) -> None:
    decisions = [
        decided("load_revoked", MONDAY.replace(day=22 + n), by=f"person{n}", because="why " * 99)
        for n in range(7)
    ]
    brief = with_checks(example_brief, *decisions, warnings=tuple(f"warning{n}" for n in range(5)))
    said = render(brief, locale).text
    assert said.index("person6") < said.index("person5") < said.index("person2")
    assert "person1" not in said
    assert "warning2" in said
    assert "warning3" not in said
    assert {"en": "4 more", "zh": "另有4项"}[locale] in said
    assert max(map(columns, said.splitlines())) <= WIDTH
    assert "why " * 50 not in " ".join(said.split())
