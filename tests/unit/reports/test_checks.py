"""What the brief says about overrides, revocations and warnings."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from shortdrama.lake.overrides import AcceptedFinding, Override
from shortdrama.lake.warned import Concern, Warned
from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.delivery.wording import LOCALES
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.render import render
from shortdrama.reports.words.catalogue import catalogue
from shortdrama.reports.words.formats import LocaleName

MONDAY = datetime(2025, 9, 22, 0, tzinfo=UTC)
"""The first instant of the week of the example."""

FINDING = AcceptedFinding(suite="marts/a", expectation="expect_x", column="active_apps")
LATE = Warned(
    about=("appfigures.estimates",),
    concern="timeliness",
    text="expect_column_values_to_be_between(days_behind) — observed 4, expected at most 3.",
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
    brief: WeeklyBrief, *overrides: Override, warnings: tuple[Warned, ...] = ()
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
            "22 Sept 2025, ada took in data that the checks had refused, Store estimates"
            " (Appfigures): “the vendor confirmed <it>”",
            "ada接收了未通过检查的数据",
        ),
        (
            "load_revoked",
            "22 Sept 2025, ada took data back out, Store estimates (Appfigures): “the vendor"
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


@pytest.mark.parametrize(
    ("about", "en", "zh"),
    [
        (
            ("appfigures.estimates",),
            "Store estimates (Appfigures): older than usual",
            "应用商店估算（Appfigures）：数据比平常滞后",
        ),
        (
            ("appfigures.estimates", "appfigures.ranks"),
            "Store estimates (Appfigures), Store charts (Appfigures): older",
            "应用商店估算（Appfigures）、应用商店榜单（Appfigures）：数据",
        ),
        ((), "The market's figures: older", "市场数据：数据比平常滞后"),
    ],
)
def test_a_warning_is_told_in_words_and_without_the_expectation(
    example_brief: WeeklyBrief, about: tuple[str, ...], en: str, zh: str
) -> None:
    warning = LATE.model_copy(update={"about": about})
    brief = with_checks(example_brief, warnings=(warning,))
    assert en in text(brief)
    assert zh in text(brief, "zh").replace(" ", "")
    for locale in LOCALES:
        rendered = render(brief, locale)
        for part in (rendered.text, rendered.html):
            assert "expect" not in part
            assert "observed" not in part


def test_what_several_checks_tell_of_the_same_is_told_once(example_brief: WeeklyBrief) -> None:
    again = LATE.model_copy(update={"text": "newest_days — observed 7"})
    brief = with_checks(example_brief, warnings=(LATE, again))
    assert text(brief).count("older than usual") == 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("concern", get_args(Concern))
def test_every_concern_has_a_sentence(
    example_brief: WeeklyBrief, concern: Concern, locale: LocaleName
) -> None:
    warning = LATE.model_copy(update={"concern": concern})
    assert "Appfigures" in catalogue(locale, "brief").text(f"concern.{concern}", about="Appfigures")
    assert render(with_checks(example_brief, warnings=(warning,)), locale).html


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
    warnings = tuple(LATE.model_copy(update={"about": (f"source{n}",)}) for n in range(6))
    brief = with_checks(example_brief, *decisions, warnings=warnings)
    said = render(brief, locale).text
    assert said.index("person6") < said.index("person5") < said.index("person2")
    assert "person1" not in said
    assert "source3" in said
    assert "source4" not in said
    assert {"en": "4 more", "zh": "另有4项"}[locale] in said
    assert max(map(Columns.of("en").count, said.splitlines())) <= WIDTH
    assert "why " * 50 not in " ".join(said.split())
