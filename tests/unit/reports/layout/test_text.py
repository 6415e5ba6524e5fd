from dataclasses import replace

import pytest

from pages import LOCALES, LocaleName, page
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.layout.text import text
from shortdrama.reports.page import Banner, Figure, Lines, Page, Phrase, Table, Tiles

OPENING, CLOSING = "（《「『【“‘([{", "，。；：、）》」』】”’？！％)]}"


def squeezed(said: str) -> str:
    """Without blanks, because Chinese breaks a line anywhere."""
    return "".join(said.split())


def words(shown: Page) -> list[str]:
    """All that the page says, except cells of tables."""
    said = [shown.answer.context, shown.answer.scope, shown.footer.method, shown.footer.help]
    said += [point.lead + shown.colon + point.text for point in shown.answer.points]
    said += [fact.text + shown.colon + fact.detail for fact in shown.footer.facts]
    for block in shown.blocks:
        match block:
            case Tiles():
                said += [tile.label + shown.colon + tile.value for tile in block.tiles]
                said += [tile.change.text for tile in block.tiles]
            case Figure():
                said += [block.title, block.alt, block.note]
            case Table(rows=()):
                said += [block.title, block.none]
            case Table() | Lines():
                said += [block.title, block.note]
    return said


@pytest.mark.parametrize("locale", LOCALES)
def test_the_result_comes_first_and_the_sample_banner_after_it(locale: LocaleName) -> None:
    calm = replace(page(locale), banners=page(locale).banners[:1])
    lines = text(calm).splitlines()
    assert lines[0] == calm.answer.claim
    assert lines[1] == f"{calm.title} · {calm.period}"
    assert lines[2] == f"[{calm.banners[0].text}]"


@pytest.mark.parametrize("kind", ["late", "overridden", "correction", "test"])
def test_what_changes_the_reading_comes_before_the_result(kind: str) -> None:
    warned = replace(page("en"), banners=(Banner(kind, "Read this."),))  # type: ignore[arg-type]
    assert text(warned).splitlines()[0] == "! Read this."


@pytest.mark.parametrize("locale", LOCALES)
def test_lines_fit_78_columns_and_break_where_the_language_allows(locale: LocaleName) -> None:
    columns = Columns.of(page(locale).language)
    for line in filter(None, text(page(locale)).splitlines()):
        assert columns.count(line) <= WIDTH
        assert line == line.rstrip()
        assert line[-1] not in OPENING
        assert line.lstrip()[0] not in CLOSING


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_on_the_page_is_said(locale: LocaleName) -> None:
    said = squeezed(text(page(locale)))
    assert [part for part in words(page(locale)) if squeezed(part) not in said] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_are_parted_from_values_in_the_languages_way(locale: LocaleName) -> None:
    said = text(page(locale))
    assert {"en": "Edition: weekly", "zh": "期号：weekly"}[locale] in said
    assert locale == "en" or ": " not in said


def test_titles_are_underlined_as_wide_as_they_are() -> None:
    lines = text(page("zh")).splitlines()
    assert lines[lines.index("数据更新情况") + 1] == "-" * 12


def test_there_are_no_bars_of_signs() -> None:
    assert "##" not in text(page("en"))


def test_a_page_without_blocks_and_pipeline_still_reads_well() -> None:
    answer = replace(page("en").answer, points=(), context="", scope="")
    footer = replace(page("en").footer, facts=())
    bare = replace(page("en"), blocks=(), pipeline=None, banners=(), answer=answer, footer=footer)
    said = text(bare)
    assert "\n\n\n" not in said
    assert said.startswith(bare.answer.claim)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_lines_in_a_row_are_empty(locale: LocaleName) -> None:
    assert "\n\n\n" not in text(page(locale))


def test_a_change_follows_what_changed_and_a_value_its_label() -> None:
    lines = Lines(
        "T",
        (Phrase("US$647M", "up", "+12.8%"), Phrase("Through", detail="30 Sept"),
         Phrase("Nobody says it.", detail="TK Observer")),
    )  # fmt: skip
    said = text(replace(page("en"), blocks=(lines,))).splitlines()
    assert "Nobody says it. TK Observer" in said
    assert "US$647M +12.8%" in said
    assert "Through: 30 Sept" in said


def test_a_block_without_a_title_has_no_underline() -> None:
    said = text(replace(page("en"), blocks=(Lines("", (Phrase("281 apps"),)),), pipeline=None))
    assert "\n\n281 apps\n" in said
    assert "\n-\n" not in said
