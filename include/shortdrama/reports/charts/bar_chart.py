"""Named bars from top to bottom, each with its figure at its end and its change at the edge."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from shortdrama.reports.charts.canvas import Drawing, Scale, of_rows, pixels, upright, x, y
from shortdrama.reports.charts.lettering import Label, fitted, widest
from shortdrama.reports.charts.style import (
    DASHES,
    LINE_HEIGHT,
    WIDTH,
    direction_ink,
    tone_ink,
)
from shortdrama.reports.page import Bar, BarChart, Tone

SIGNS = "+−-±"
ROW = 38
THICK = 22
MARGIN = 4
SPACE = 10
BEFORE_CHANGES = 24
"""Between the longest bar's figure and the column of changes, so that they are not read as one."""

MOST_FOR_NAMES = WIDTH * 0.32
MOST_FOR_LABELS = WIDTH * 0.3
MOST_FOR_LABELS_AT_BOTH_ENDS = WIDTH * 0.2
MOST_FOR_CHANGES = WIDTH * 0.17
FILLED = {"estimate": 0.35, "forecast": 0.0}
"""Opacity of bars for figures that have not happened; they have a dashed edge."""


@dataclass(frozen=True)
class Plan:
    """Where things stand: names are beside the bars, or above them if one of them is long."""

    scale: Scale
    are_names_above: bool
    most_for_labels: float

    @property
    def row(self) -> float:
        """The height of a row."""
        return ROW + LINE_HEIGHT + 4 if self.are_names_above else ROW

    def middle(self, number: int) -> float:
        """Of a bar, by its number."""
        return MARGIN + self.row * (number + 1) - ROW / 2

    def name(self, bar: Bar, middle: float) -> Label:
        """The name of a bar."""
        if self.are_names_above:
            return Label(fitted(bar.name, WIDTH), 0, middle - (THICK + LINE_HEIGHT) / 2 - 2)
        return Label(fitted(bar.name, MOST_FOR_NAMES), 0, middle)


def drawing(chart: BarChart, coloured: bool) -> Drawing:
    """Its picture. Raises ValueError if there is no bar."""
    if not chart.bars:
        raise ValueError("a bar chart needs at least one bar")
    plan = _plan(chart.bars)
    height = MARGIN * 2 + plan.row * len(chart.bars)
    rows = [(bar, plan.middle(number)) for number, bar in enumerate(chart.bars)]
    marks = [
        _marks([row for row in rows if row[0].tone == tone], tone, plan.scale, height, coloured)
        for tone in dict.fromkeys(bar.tone for bar in chart.bars)
    ]
    labels = [label for row in rows for label in _labels(*row, plan, coloured)]
    zero, half = plan.scale.at(0), THICK / 2 + 2 if plan.are_names_above else ROW / 2
    rules = [upright(zero, middle - half, middle + half) for _, middle in rows]
    return Drawing(marks, rules, labels, height)


def _plan(bars: Sequence[Bar]) -> Plan:
    """Between the names and the changes there is room for the bars and a label at each end."""
    values = [float(bar.value) for bar in bars]
    low, high = min(0.0, *values), max(0.0, *values)
    names = widest(bar.name for bar in bars)
    are_names_above = names > MOST_FOR_NAMES
    most = MOST_FOR_LABELS_AT_BOTH_ENDS if low < 0 < high else MOST_FOR_LABELS
    label = min(widest(bar.label for bar in bars), most) + SPACE
    changes = min(widest(bar.change for bar in bars), MOST_FOR_CHANGES)
    start = (0 if are_names_above else names + SPACE) + (label if low < 0 else 1)
    edge = WIDTH - (changes + BEFORE_CHANGES if changes else 0)
    end = edge - (label if high > 0 or low == 0 else 0)
    scale = Scale(low, high if high > low else low + 1, start, end)
    return Plan(scale, are_names_above, most)


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
        .encode(
            x=x("zero", scale), x2=alt.X2("value"),
            y=y("top", pixels(height)), y2=alt.Y2("foot"),
        )
    )  # fmt: skip
    return layer


def _labels(bar: Bar, middle: float, plan: Plan, coloured: bool) -> list[Label]:
    end, figure = plan.scale.at(float(bar.value)), fitted(bar.label, plan.most_for_labels)
    labels = [
        plan.name(bar, middle),
        Label(figure, end - SPACE, middle, "right")
        if bar.value < 0
        else Label(figure, end + SPACE, middle),
    ]
    if bar.change:
        # A change has a sign; what has none is a level, which is neither good nor bad.
        direction = bar.direction if bar.change[0] in SIGNS else "flat"
        ink = direction_ink(direction, coloured)
        labels.append(Label(fitted(bar.change, MOST_FOR_CHANGES), WIDTH, middle, "right", ink))
    return labels
