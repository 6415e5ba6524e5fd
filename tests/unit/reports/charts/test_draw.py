import hashlib
import struct
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from pages import LOCALES, LocaleName, page
from shortdrama.reports.charts.draw import draw
from shortdrama.reports.charts.style import GROUNDS, INKS, WIDTH
from shortdrama.reports.page import (
    Bar,
    BarChart,
    Chart,
    DatedEvent,
    Figure,
    Range,
    RangeChart,
    Series,
    TimeChart,
    TimePoint,
)

CHARTS = {
    (locale, block.name): block.chart
    for locale in LOCALES
    for block in page(locale).blocks
    if isinstance(block, Figure)
}
LARGEST = 30_000


def drawn(chart: Chart) -> bytes:
    png = draw(chart, coloured=True)
    assert png is not None
    return png


@pytest.mark.parametrize("locale", LOCALES)
def test_pictures_are_small_have_twice_the_density_and_no_ground(locale: LocaleName) -> None:
    for name in ("revenue", "countries", "prices"):
        png = drawn(CHARTS[locale, name])
        assert struct.unpack(">I", png[16:20]) == (2 * WIDTH,)
        assert len(png) < LARGEST
        with Image.open(BytesIO(png)) as picture:
            pixels = np.asarray(picture.convert("RGBA"))
        assert tuple(pixels[-1, -1]) == (0, 0, 0, 0)
        assert (pixels[..., 3] == 0).mean() > 0.5


@pytest.mark.parametrize("ground", GROUNDS)
def test_no_pixel_is_darker_than_both_its_ground_and_the_darkest_ink(ground: str) -> None:
    """What vl-convert does to half transparent pixels would show as dark edges of letters."""
    with Image.open(BytesIO(drawn(CHARTS["en", "revenue"]))) as picture:
        letters = picture.convert("RGBA")
    shown = Image.new("RGBA", letters.size, ground)
    shown.alpha_composite(letters)
    inks = [Image.new("RGB", (1, 1), ink).convert("L").getpixel((0, 0)) for ink in (*INKS, ground)]
    assert np.asarray(shown.convert("L")).min() >= min(inks) - 2


def test_another_process_draws_the_same_bytes() -> None:
    script = (
        "import hashlib; from pages import page; from shortdrama.reports.charts.draw import draw\n"
        "print(hashlib.sha256(draw(page('zh').blocks[1].chart, True)).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"},
    )  # fmt: skip
    chart = page("zh").blocks[1]
    assert isinstance(chart, Figure)
    assert other.stdout.strip() == hashlib.sha256(drawn(chart.chart)).hexdigest()


def test_a_chart_with_nothing_to_show_has_no_picture() -> None:
    assert draw(BarChart(()), coloured=True) is None
    assert draw(RangeChart((), ()), coloured=True) is None
    assert draw(TimeChart((Series("none", ()),), ()), coloured=True) is None


NAMES = (
    "datum.value", "{{7*7}}", "<b>x</b>", "a\nb", "\\u0041", "half \ud83d", "='x'", "🔥", "مسلسل",
    "x" * 300, "剧" * 300, "\u202egnp", "",
)  # fmt: skip
"""Vega reads `datum.x` and expressions in some places; names must not get there."""


def test_bars_of_any_names_are_drawn() -> None:
    assert drawn(BarChart(tuple(Bar(name, Decimal(1), name, name) for name in NAMES)))


def test_ranges_of_any_names_are_drawn() -> None:
    ranges = tuple(Range(name, Decimal(1), Decimal(2), name) for name in NAMES)
    assert drawn(RangeChart(ranges, tuple((Decimal(n), name) for n, name in enumerate(NAMES))))


def test_lines_and_events_of_any_names_are_drawn() -> None:
    days = [date(2025, 6, 1 + n) for n in range(len(NAMES))]
    points = tuple(
        TimePoint(day, Decimal(day.day), name) for day, name in zip(days, NAMES, strict=True)
    )
    series = tuple(Series(name, points) for name in NAMES[:4])
    named = tuple(zip(days, NAMES, strict=True))
    events = tuple(DatedEvent(day, name) for day, name in named)
    assert drawn(TimeChart(series, named, events))


def test_a_missing_week_changes_the_picture() -> None:
    points = tuple(TimePoint(date(2025, 6, 2 + 7 * n), Decimal(n)) for n in range(4))
    series = Series("x", points)
    gap = replace(series, points=points[:1] + points[2:])
    assert drawn(TimeChart((series,), ())) != drawn(TimeChart((gap,), ()))
