"""Ranges on one scale; each has its name and figures above it, so that a phone shows both whole."""

from decimal import Decimal

import altair as alt

from shortdrama.reports.charts.canvas import Drawing, Scale, level, of_rows, pixels, upright, x, y
from shortdrama.reports.charts.lettering import Label, fitted, shown, text_width
from shortdrama.reports.charts.style import DASHES, LINE_HEIGHT, WIDTH, tone_ink
from shortdrama.reports.page import Range, RangeChart

ROW = 52
THICK = 12
TICK = 10
MARGIN = 4
SIDE = 12
"""Left and right of the scale: half an arrow, half a dot."""

BEYOND = 0.12
"""How far the scale goes on for ranges with an open end."""


def drawing(chart: RangeChart, coloured: bool) -> Drawing:
    """Its picture. Raises ValueError if it has no range, or a log scale nothing above zero."""
    if not chart.ranges:
        raise ValueError("a chart of ranges needs at least one range")
    scale = _scale(chart)
    foot = MARGIN + ROW * len(chart.ranges)
    height = foot + LINE_HEIGHT + MARGIN * 2
    ticks = _ticks(chart, scale, foot + LINE_HEIGHT / 2)
    labels, rules, marks = [label for label, _ in ticks], [], []
    for number, one in enumerate(chart.ranges):
        top = MARGIN + ROW * number
        middle = top + LINE_HEIGHT + 4 + THICK / 2
        rules.append(level(middle, 0, WIDTH))
        rules += [upright(at, middle - TICK, middle + TICK) for _, at in ticks]
        marks += _marks(one, middle, scale, height, coloured)
        labels += _labels(one, top + LINE_HEIGHT / 2, coloured)
    return Drawing(marks, rules, labels, height)


def _scale(chart: RangeChart) -> Scale:
    ends = [one.low for one in chart.ranges]
    ends += [one.high for one in chart.ranges if one.high is not None]
    values = [float(value) for value in (*ends, *(value for value, _ in chart.ticks))]
    if chart.is_log:
        values = [value for value in values if value > 0]
        if not values:
            raise ValueError("a logarithmic scale needs a value above zero")
    low, high = min(values), max(values)
    if low == high:
        low, high = (low / 2, high * 2) if chart.is_log else (low - 1, high + 1)
    if any(one.high is None for one in chart.ranges):
        high = high * (high / low) ** BEYOND if chart.is_log else high + (high - low) * BEYOND
    return Scale(low, high, SIDE, WIDTH - SIDE, chart.is_log)


def _ticks(chart: RangeChart, scale: Scale, middle: float) -> list[tuple[Label, float]]:
    """Labels and their places; the lower wins where two would collide."""
    kept: list[tuple[Label, float]] = []
    for value, text in sorted(chart.ticks):
        if chart.is_log and value <= 0:
            continue
        text, place = shown(text), scale.at(float(value))
        half = text_width(text) / 2
        label = Label(text, min(max(place, half), WIDTH - half), middle, "center")
        if not any(label.box.overlaps(one.box) for one, _ in kept):
            kept.append((label, place))
    return kept


def _marks(
    one: Range, middle: float, scale: Scale, height: float, coloured: bool
) -> list[alt.Chart]:
    """A bar with round ends; where nothing lies between, a dot; where the end is open, an arrow."""
    ink = tone_ink(one.tone, coloured)
    low = _inside(one.low, scale)
    high = scale.high if one.high is None else _inside(one.high, scale)
    row = {"low": low, "high": high, "middle": middle}
    base = of_rows([row])
    line = base.mark_rule(
        color=ink, strokeWidth=THICK, strokeCap="round" if one.high is not None else "butt",
        opacity=0.55 if one.tone in DASHES else 1,
    ).encode(x=x("low", scale), x2="high", y=y("middle", pixels(height)))  # fmt: skip
    if one.high is not None:
        return [line]
    head = base.mark_point(
        shape="triangle-right", size=320, filled=True, color=ink, opacity=1
    ).encode(x=x("high", scale), y=y("middle", pixels(height)))
    return [line, head]


def _inside(value: Decimal, scale: Scale) -> float:
    return min(max(float(value), scale.low), scale.high)


def _labels(one: Range, middle: float, coloured: bool) -> list[Label]:
    figures = fitted(one.label, WIDTH * 0.5)
    room = WIDTH - text_width(figures) - 16
    return [
        Label(fitted(one.name, room), 0, middle),
        Label(figures, WIDTH, middle, "right", tone_ink(one.tone, coloured)),
    ]
