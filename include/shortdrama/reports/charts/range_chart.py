"""Ranges on one scale; each has its name and figures above it, so that a phone shows both whole."""

from collections.abc import Sequence
from decimal import Decimal

import altair as alt

from shortdrama.reports.charts.canvas import Drawing, Scale, level, of_rows, pixels, upright, x, y
from shortdrama.reports.charts.lettering import Label, fitted, shown, text_width
from shortdrama.reports.charts.style import DASHES, LINE_HEIGHT, WIDTH, tone_ink
from shortdrama.reports.page import Range, RangeChart

ROW = 56
THICK = 12
THIN = 6
"""For figures that have not happened; a paler ink would vanish in dark mode."""

TICK = 10
MARGIN = 4
SIDE = 12
"""Left and right of the scale: half a dot."""

ARROW = 34
"""The length of the arrow of an open end: it says "or more", and not how much more."""


def drawing(chart: RangeChart, coloured: bool) -> Drawing:
    """Its picture. Raises ValueError if it has no range, or a log scale nothing above zero."""
    if not chart.ranges:
        raise ValueError("a chart of ranges needs at least one range")
    scale = _scale(chart)
    foot = MARGIN + ROW * len(chart.ranges)
    height = foot + LINE_HEIGHT + MARGIN * 2
    ticks = _ticks(chart, scale, foot + LINE_HEIGHT / 2)
    labels, rules, rows = [label for label, _ in ticks], [], []
    for number, one in enumerate(chart.ranges):
        top = MARGIN + ROW * number
        middle = top + LINE_HEIGHT + 4 + THICK / 2
        rows.append((one, middle))
        rules.append(level(middle, 0, WIDTH))
        rules += [upright(at, middle - TICK, middle + TICK) for _, at in ticks]
        labels += _labels(one, top + LINE_HEIGHT / 2, coloured)
    marks = [
        mark
        for tone, is_open in dict.fromkeys((one.tone, one.high is None) for one in chart.ranges)
        for mark in _marks(
            [row for row in rows if (row[0].tone, row[0].high is None) == (tone, is_open)],
            tone_ink(tone, coloured), THIN if tone in DASHES else THICK, scale, height,
        )
    ]  # fmt: skip
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
    arrow = ARROW if any(one.high is None for one in chart.ranges) else 0
    return Scale(low, high, SIDE, WIDTH - SIDE - arrow, chart.is_log)


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
    rows: Sequence[tuple[Range, float]], ink: str, thick: float, scale: Scale, height: float
) -> list[alt.Chart]:
    """Bars with round ends, dots where nothing lies between; a dot and an arrow for an open end."""
    is_open = rows[0][0].high is None
    values = []
    for one, middle in rows:
        low = scale.at(_inside(one.low, scale))
        high = low + ARROW if one.high is None else scale.at(_inside(one.high, scale))
        values.append({"low": low, "high": high, "middle": middle})
    across, at = pixels(WIDTH), y("middle", pixels(height))
    base = of_rows(values)
    width = 3 if is_open else thick
    line = base.mark_rule(color=ink, strokeWidth=width, strokeCap="butt" if is_open else "round")
    bars = line.encode(x=x("low", across), x2=alt.X2("high"), y=at)
    if not is_open:
        return [bars]
    dot = base.mark_point(shape="circle", size=170, filled=True, color=ink, opacity=1)
    head = base.mark_point(shape="triangle-right", size=200, filled=True, color=ink, opacity=1)
    return [bars, dot.encode(x=x("low", across), y=at), head.encode(x=x("high", across), y=at)]


def _inside(value: Decimal, scale: Scale) -> float:
    return min(max(float(value), scale.low), scale.high)


def _labels(one: Range, middle: float, coloured: bool) -> list[Label]:
    figures = fitted(one.label, WIDTH * 0.5)
    room = WIDTH - text_width(figures) - 16
    return [
        Label(fitted(one.name, room), 0, middle),
        Label(figures, WIDTH, middle, "right", tone_ink(one.tone, coloured)),
    ]
