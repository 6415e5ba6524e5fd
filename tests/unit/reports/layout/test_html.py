import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pages import LOCALES, LocaleName, page
from shortdrama.reports.layout.html import html, with_whole_figures
from shortdrama.reports.page import Banner, Figure, Lines, Page, Phrase, Table
from shortdrama.reports.rendered import Picture

MOST_BYTES = 100_000
"""Gmail shows no more than 102 kB of a mail."""


class Words(HTMLParser):
    """The words that a reader sees, in order, with the alternatives of pictures."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.tags: list[str] = []
        self._hidden = False
        self.feed(re.sub("</?nobr>", "", source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._hidden = tag in ("style", "title")
        if tag == "img":
            self.parts.append(dict(attrs)["alt"] or "")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.parts.append(" ".join(data.split()))

    def __str__(self) -> str:
        return " ".join(self.parts)


def pictures(shown: Page) -> dict[str, Picture]:
    names = [block.name for block in shown.blocks if isinstance(block, Figure)]
    return {name: Picture(f"{name}.png", b"png") for name in names}


def written(shown: Page) -> str:
    return html(shown, pictures(shown))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_answer_comes_before_all_figures(locale: LocaleName) -> None:
    shown = page(locale)
    said = str(Words(written(shown)))
    order = [
        shown.preheader, *(banner.text for banner in shown.banners), shown.title,
        shown.answer.claim, shown.answer.context, *(point.text for point in shown.answer.points),
        shown.answer.scope, "ReelShort", shown.pipeline.title if shown.pipeline else "",
        shown.footer.method, shown.footer.help,
    ]  # fmt: skip
    places = [said.find(" ".join(words.split())) for words in order if words != "ReelShort"]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("locale", LOCALES)
def test_all_cells_and_notes_are_there(locale: LocaleName) -> None:
    said = str(Words(written(page(locale))))
    for block in page(locale).blocks:
        match block:
            case Table(rows=()):
                assert block.none in said
            case Table():
                assert [p.text for row in block.rows for p in row if p.text not in said] == []
                assert [p.detail for row in block.rows for p in row if p.detail not in said] == []
            case Figure():
                assert block.alt in said
                assert block.note in said


@pytest.mark.parametrize("locale", LOCALES)
def test_styles_are_in_the_elements(locale: LocaleName) -> None:
    body = written(page(locale)).partition("<body")[2]
    assert not re.findall(r"<(?:p|h1|h2|th)\b(?![^>]*style=)[^>]*>", body)


def test_dark_colours_are_there_for_apple_and_for_outlook() -> None:
    head = written(page("en")).partition("<body")[0]
    assert "@media (prefers-color-scheme: dark)" in head
    for before in ("", "[data-ogsc] "):
        assert f"{before}.ink {{ color: #E8ECF1 !important; }}" in head
    assert "[data-ogsb] .sheet { background-color: #1B212A !important; }" in head


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_loaded_from_anywhere(locale: LocaleName) -> None:
    source = written(page(locale))
    assert not re.search(r"https?:|//[a-z]|@import|url\(", source)
    assert set(re.findall(r'src="([^":]*):', source)) == {"cid"}


def test_the_language_is_declared() -> None:
    assert '<html lang="zh-CN">' in written(page("zh"))


def test_up_is_green_in_english_and_without_colour_in_chinese() -> None:
    english, chinese = (written(page(locale)).partition("<body")[2] for locale in LOCALES)
    assert 'class="up"' in english
    assert not re.search(r'class="[^"]*\b(?:up|down)\b', chinese)
    assert "▲" in chinese
    assert "▼" in chinese


def test_a_change_that_shows_its_sign_gets_no_second_one() -> None:
    table = Table("T", ("#", "App", "Rank"), ((Phrase("1"), Phrase("x"), Phrase("▲ 2", "up")),), "")
    assert "▲ ▲" not in written(replace(page("en"), blocks=(table,)))


@pytest.mark.parametrize(
    ("kind", "looks"),
    [("sample", "banner"), ("late", "warning"), ("overridden", "warning"),
     ("correction", "grave"), ("test", "grave")],
)  # fmt: skip
def test_banners_look_as_grave_as_they_are(kind: str, looks: str) -> None:
    shown = replace(page("en"), banners=(Banner(kind, "Read this."),))  # type: ignore[arg-type]
    assert re.search(rf'class="{looks}"[^>]*>Read this\.<', written(shown))


def test_a_page_of_a_hundred_rows_is_not_cut_by_gmail() -> None:
    table = next(block for block in page("zh").blocks if isinstance(block, Table))
    long = replace(table, rows=table.rows * 9)
    source = written(replace(page("zh"), blocks=(*page("zh").blocks, long)))
    assert source.count("ReelShort") > 10
    assert len(source.encode()) < MOST_BYTES


def test_a_figure_without_a_picture_says_what_it_would_show() -> None:
    shown = page("en")
    source = html(shown, {})
    assert "<img" not in source
    assert all(
        block.alt in str(Words(source)) for block in shown.blocks if isinstance(block, Figure)
    )


def test_an_odd_number_of_tiles_leaves_a_place_empty() -> None:
    tiles = page("en").blocks[0]
    shown = replace(page("en"), blocks=(replace(tiles, tiles=tiles.tiles[:3]),))  # type: ignore[union-attr]
    assert written(shown).count('class="tile"') == 3


def test_an_empty_answer_leaves_no_empty_paragraphs() -> None:
    answer = replace(page("en").answer, context="", points=(), scope="")
    shown = replace(page("en"), answer=answer, blocks=(), pipeline=None, banners=())
    assert not re.search(r"<p[^>]*>\s*</p>", written(shown))


def test_a_block_without_a_title_has_no_heading() -> None:
    lines = Lines("", (Phrase("281 apps", detail="up"), Phrase("Nobody says it.", detail="TK")))
    source = written(replace(page("en"), blocks=(lines,), pipeline=None))
    assert "<h2" not in source
    said = str(Words(source))
    assert "281 apps: up" in said
    assert "Nobody says it. TK" in said


@pytest.mark.parametrize(
    ("text", "written_as"),
    [
        ("最高5212万美元（", "最高<nobr>5212万美元</nobr>（"),
        ("增长−8万美元", "增长<nobr>−8万美元</nobr>"),
        ("US$0.32M (+2.7%)", "US$0.32M (+2.7%)"),
        ("1.9倍，30 亿美元", "<nobr>1.9倍</nobr>，<nobr>30 亿美元</nobr>"),
        ("in 12 weeks, 8 Sept", "in <nobr>12 weeks</nobr>, <nobr>8 Sept</nobr>"),
        ("23.7M downloads", "<nobr>23.7M downloads</nobr>"),
        ("1.97 billion, 5 appsters", "1.97 billion, 5 appsters"),
        ("6.47亿美元 ▲ +12.8%", "<nobr>6.47亿美元</nobr> <nobr>▲ +12.8%</nobr>"),
        ("<b>5万", "&lt;b&gt;<nobr>5万</nobr>"),
        ("'34'万", "&#39;34&#39;万"),
        ("1" * 40 + "万", "1" * 25 + "<nobr>" + "1" * 15 + "万</nobr>"),
    ],
)
def test_a_figure_and_its_unit_stay_on_one_line(text: str, written_as: str) -> None:
    assert with_whole_figures(text) == written_as
