"""Named bars from top to bottom, each with its figure at its end and its change at the edge."""

from collections.abc import Sequence

import altair as alt

from shortdrama.reports.charts.canvas import Drawing, Scale, of_rows, pixels, upright, x, y
from shortdrama.reports.charts.lettering import Label, fitted, widest
from shortdrama.reports.charts.style import DASHES, WIDTH, direction_ink, tone_ink
from shortdrama.reports.page import Bar, BarChart, Tone

ROW = 36
THICK = 22
MARGIN = 4
SPACE = 10
MOST_FOR_NAMES = WIDTH * 0.32
MOST_FOR_LABELS = WIDTH * 0.3
MOST_FOR_LABELS_AT_BOTH_ENDS = WIDTH * 0.2
MOST_FOR_CHANGES = WIDTH * 0.17
FILLED = {"estimate": 0.35, "forecast": 0.0}
"""Opacity of bars for figures that have not happened; they have a dashed edge."""


def drawing(chart: BarChart, coloured: bool) -> Drawing:
    """Its picture. Raises ValueError if there is no bar."""
    if not chart.bars:
        raise ValueError("a bar chart needs at least one bar")
    height = MARGIN * 2 + ROW * len(chart.bars)
    scale = _scale(chart.bars)
    middles = [MARGIN + ROW * (number + 0.5) for number in range(len(chart.bars))]
    rows = list(zip(chart.bars, middles, strict=True))
    marks = [
        _marks([row for row in rows if row[0].tone == tone], tone, scale, height, coloured)
        for tone in dict.fromkeys(bar.tone for bar in chart.bars)
    ]
    most = _most_for_labels(chart.bars)
    labels = [
        label for bar, middle in rows for label in _labels(bar, middle, scale, most, coloured)
    ]
    return Drawing(marks, [upright(scale.at(0), 0, height)], labels, height)


def _scale(bars: Sequence[Bar]) -> Scale:
    """Between the names and the changes, with room for labels at both ends."""
    values = [float(bar.value) for bar in bars]
    low, high = min(0.0, *values), max(0.0, *values)
    label = min(widest(bar.label for bar in bars), _most_for_labels(bars)) + SPACE
    changes = min(widest(bar.change for bar in bars), MOST_FOR_CHANGES)
    names = min(widest(bar.name for bar in bars), MOST_FOR_NAMES)
    start = names + SPACE + (label if low < 0 else 0)
    end = WIDTH - (changes + SPACE if changes else 0) - (label if high > 0 or low == 0 else 0)
    return Scale(low, high if high > low else low + 1, start, end)


def _most_for_labels(bars: Sequence[Bar]) -> float:
    values = [bar.value for bar in bars]
    return MOST_FOR_LABELS_AT_BOTH_ENDS if min(values) < 0 < max(values) else MOST_FOR_LABELS


def _marks(
    rows: Sequence[tuple[Bar, float]], tone: Tone, scale: Scale, height: float, coloured: bool
) -> alt.Chart:
    ink = tone_ink(tone, coloured)
    values = [
        {
            "zero": 0,
            "value": float(bar.value),
            "top": middle - THICK / 2,
            "foot": middle + THICK / 2,
        }
        for bar, middle in rows
    ]
    layer: alt.Chart = (
        of_rows(values)
        .mark_rect(
            fill=ink, fillOpacity=FILLED.get(tone, 1.0), stroke=ink,
            strokeDash=DASHES.get(tone, []), strokeWidth=1.5,
        )
        .encode(x=x("zero", scale), x2="value", y=y("top", pixels(height)), y2="foot")
    )  # fmt: skip
    return layer


def _labels(bar: Bar, middle: float, scale: Scale, most: float, coloured: bool) -> list[Label]:
    end, is_below = scale.at(float(bar.value)), bar.value < 0
    figure = fitted(bar.label, most)
    labels = [
        Label(fitted(bar.name, MOST_FOR_NAMES), 0, middle),
        Label(
            figure, end + (-SPACE if is_below else SPACE), middle, "right" if is_below else "left"
        ),
    ]
    if bar.change:
        ink = direction_ink(bar.direction, coloured)
        labels.append(Label(fitted(bar.change, MOST_FOR_CHANGES), WIDTH, middle, "right", ink))
    return labels
