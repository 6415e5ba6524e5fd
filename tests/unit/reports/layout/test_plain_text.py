import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.reports.layout.plain_text import TOKEN, WIDTH, Columns

EN, ZH = Columns.of("en"), Columns.of("zh-CN")
OPENING, CLOSING = "（《「『【〔“‘([{", "，。；：、）》」』】〕”’？！％"
SIGNS = st.sampled_from("ab12.-+$%短剧市场，。（）《》“”‘’【】「」(): \u3000·▲—")
TEXTS = st.text(SIGNS, max_size=200)


def test_chinese_characters_take_two_columns() -> None:
    assert EN.count("短剧 app") == ZH.count("短剧 app") == 8


def test_signs_of_either_width_take_two_columns_in_a_chinese_font() -> None:
    assert EN.count("▲·—“") == 4
    assert ZH.count("▲·—“") == 8


def test_accents_take_none() -> None:
    assert EN.count("e\u0301") == 1


@given(TEXTS, st.integers(min_value=60, max_value=90))
def test_cells_have_exactly_the_width_of_their_column(text: str, width: int) -> None:
    short = ZH.shorten(text, width)
    assert ZH.count(ZH.left(short, width)) == ZH.count(ZH.right(short, width)) == width


def test_a_text_that_is_too_long_says_that_it_was_cut() -> None:
    assert EN.shorten("DramaBox", 8) == "DramaBox"
    assert EN.shorten("DramaBoxes", 8) == "DramaBo…"


@given(TEXTS)
def test_tokens_are_the_whole_text(text: str) -> None:
    assert "".join(TOKEN.findall(text)) == text


@given(TEXTS)
def test_paragraphs_stay_within_the_page_and_lose_nothing(text: str) -> None:
    wrapped = ZH.wrap(text, "- ", "  ")
    assert all(ZH.count(line) <= WIDTH for line in wrapped.splitlines())
    assert "".join(wrapped.split()) == "".join(("- " + text).split())


@given(
    st.lists(st.sampled_from(["短剧", "（推断）", "“引号”", "市场，", "5181万", "《剧》", "app "]))
)
def test_no_line_ends_with_an_opening_mark_or_begins_with_a_closing_one(words: list[str]) -> None:
    for line in ZH.wrap("".join(words)).splitlines():
        assert line[-1] not in OPENING
        assert line[0] not in CLOSING


@pytest.mark.parametrize("shift", range(60))
@pytest.mark.parametrize("columns", [EN, ZH])
def test_a_warning_may_stand_anywhere_on_the_line(columns: Columns, shift: int) -> None:
    names = (
        "（appfigures.estimates、tiktok.hashtags、omdia.forecasts）“放行”，原因：“数据 ” （ 无 ）"
    )
    for line in columns.lines("短" * shift + names * 3, WIDTH):
        assert line[-1] not in OPENING
        assert line[0] not in CLOSING


@pytest.mark.parametrize("figure", ["5181万美元", "US$0.32M", "+32万", "2368万次", "−0.08M"])
@pytest.mark.parametrize("shift", range(10))
def test_a_figure_is_not_parted_from_its_unit(figure: str, shift: int) -> None:
    text = "字" * (30 + shift) + figure + "字" * 30
    assert any(figure in line for line in ZH.lines(text, WIDTH))


@pytest.mark.parametrize("words", range(14, 40))
def test_no_word_is_alone_on_the_last_line(words: int) -> None:
    lines = EN.wrap("market " * words).splitlines()
    assert len(lines) == 1 or len(lines[-1]) > len(lines[0]) / 2


def test_a_word_wider_than_the_page_is_cut() -> None:
    lines = EN.wrap("x" * 200).splitlines()
    assert "".join(lines) == "x" * 200
    assert len(lines) == 3
