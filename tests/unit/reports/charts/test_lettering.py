import pytest

from pages import LOCALES, LocaleName, page
from shortdrama.reports.charts.lettering import Label, fitted, shown, text_width, widest
from shortdrama.reports.page import BarChart, Figure, RangeChart, TimeChart


def test_a_text_that_is_too_wide_ends_in_an_ellipsis_within_its_room() -> None:
    short = fitted("A drama with a very long name", 100)
    assert short.startswith("A drama")
    assert short.endswith("…")
    assert text_width(short) <= 100


def test_a_text_that_fits_stays() -> None:
    assert fitted("ReelShort", 100) == "ReelShort"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("🔥 Hot 剧", "Hot 剧"),
        ("🔥🔥", "…"),
        ("", ""),
        ("مسلسل", "…"),
        ("한국 あ é €", "한국 あ é €"),
    ],
)
def test_signs_without_a_shape_in_the_font_are_left_out(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_nothing_has_no_width() -> None:
    assert widest(()) == widest(("",)) == 0


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_a_label_knows_where_its_box_is(align: str) -> None:
    box = Label("5181万美元", 100, 50, align).box  # type: ignore[arg-type]
    anchor = {"left": box.left, "right": box.right, "center": (box.left + box.right) / 2}
    assert anchor[align] == pytest.approx(100)
    assert (box.top + box.bottom) / 2 == 50


@pytest.mark.parametrize("locale", LOCALES)
def test_the_font_has_every_sign_of_the_example_charts(locale: LocaleName) -> None:
    for block in page(locale).blocks:
        match block:
            case Figure(chart=TimeChart() as chart):
                texts = [text for _, text in chart.ticks] + [event.label for event in chart.events]
                texts += [one.name for one in chart.series]
            case Figure(chart=BarChart() as chart):
                texts = [bar.name + bar.label + bar.change for bar in chart.bars]
            case Figure(chart=RangeChart() as chart):
                texts = [one.name + one.label for one in chart.ranges]
            case _:
                continue
        assert [shown(text) for text in texts] == texts
