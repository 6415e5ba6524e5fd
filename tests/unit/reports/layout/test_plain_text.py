from hypothesis import given
from hypothesis import strategies as st

from shortdrama.reports.layout.plain_text import WIDTH, columns, left, right, shorten, wrap

WORDS = st.text(alphabet=st.sampled_from("ab12.-短剧市场，。 "), max_size=300)


def test_chinese_characters_take_two_columns() -> None:
    assert columns("短剧 app") == 8


@given(WORDS, st.integers(min_value=1, max_value=60))
def test_cells_have_exactly_the_width_of_their_column(text: str, width: int) -> None:
    assert columns(left(text, width)) == columns(right(text, width)) == width


def test_a_text_that_is_too_long_says_that_it_was_cut() -> None:
    assert shorten("DramaBox", 8) == "DramaBox"
    assert shorten("DramaBoxes", 8) == "DramaBo…"


@given(
    st.lists(st.sampled_from(["短剧，", "市场。", "week", "US$51.2M", "（不含中国）"]), max_size=80)
)
def test_paragraphs_stay_within_the_page_and_lose_nothing(words: list[str]) -> None:
    text = " ".join(words)
    wrapped = wrap(text)
    assert all(columns(line) <= WIDTH for line in wrapped.splitlines())
    assert "".join(wrapped.split()) == "".join(words)


def test_no_line_begins_with_a_closing_mark() -> None:
    lines = wrap("短" * 39 + "，" + "剧" * 10).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("短，")
