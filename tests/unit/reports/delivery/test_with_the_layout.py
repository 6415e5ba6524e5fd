"""Notes and corrections in the project's own layout: short, in one language, and harmless."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from shortdrama.reports.delivery.correction_page import correction_page
from shortdrama.reports.delivery.differences import Change
from shortdrama.reports.delivery.due import Withheld
from shortdrama.reports.delivery.notes import late_note
from shortdrama.reports.delivery.press import the_press, with_banner
from shortdrama.reports.delivery.wording import LOCALES, words
from shortdrama.reports.layout.plain_text import Columns
from shortdrama.reports.rendered import Rendered
from shortdrama.reports.words.formats import LocaleName

PERIODS: Mapping[str, str] = {
    "weekly_brief": "2025-W39", "monthly_report": "2025-09", "minis_pulse": "2025-09-30",
}  # fmt: skip
HOSTILE = (
    Change("Apps", "<script>alert(1)</script>", "US$", Decimal("1234567.5"), Decimal("12345.67")),
    Change("Apps", "=cmd|' /C calc'!A0", "", None, "rank 3, US$ 5"),
    Change("Hashtags", '"quoted" \u202eRTL', "views", 1, None),
)


def note(report: str, locale: LocaleName) -> Rendered:
    press = the_press()
    known = press.reports[report]
    page = late_note(known, known.period_of(PERIODS[report]), Withheld("secret", "checks"), locale)
    return press.render(page)


def correction(locale: LocaleName) -> Rendered:
    press = the_press()
    weekly = press.reports["weekly_brief"]
    week = weekly.period_of("2025-W39")
    because = "the vendor sent <b>cents</b> as dollars"
    return press.render(correction_page(weekly, week, because, "s2", HOSTILE, locale))


def widest(rendered: Rendered) -> int:
    columns = Columns.of(rendered.language)
    return max(map(columns.count, rendered.text.splitlines()))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("report", PERIODS)
def test_a_note_is_short_and_fits_a_narrow_screen(report: str, locale: LocaleName) -> None:
    rendered = note(report, locale)
    assert widest(rendered) <= 78
    assert rendered.text.count("\n") < 30
    assert "secret" not in rendered.html + rendered.text
    assert words(locale).text("note.next.text")[:12] in " ".join(rendered.text.split())
    assert rendered.workbook == b""


@pytest.mark.parametrize("locale", LOCALES)
def test_a_correction_has_old_and_new_beside_each_other(locale: LocaleName) -> None:
    rendered = correction(locale)
    text = " ".join(rendered.text.split())
    assert "1,234,567.5" in text
    assert "12,345.67" in text
    assert widest(rendered) <= 78
    assert len(rendered.html.encode()) < 100_000
    assert rendered.workbook.startswith(b"PK")


@pytest.mark.parametrize("locale", LOCALES)
def test_names_and_reasons_are_harmless(locale: LocaleName) -> None:
    rendered = correction(locale)
    assert "<script" not in rendered.html
    assert "<b>cents" not in rendered.html
    assert "&lt;b&gt;cents" in rendered.html
    assert "\u202e" not in rendered.html + rendered.text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_line_above_an_archived_edition_is_in_its_body(locale: LocaleName) -> None:
    marked = with_banner(note("weekly_brief", locale), "<late> line")
    assert marked.html.count("&lt;late&gt; line") == 1
    assert marked.html.index("<body") < marked.html.index("&lt;late&gt; line")
    assert b"&lt;late&gt; line" in marked.standalone
