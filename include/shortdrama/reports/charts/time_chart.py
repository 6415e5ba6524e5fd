"""Lines over time with the events of that time; labels stand at the lines, not in a legend."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import altair as alt

from shortdrama.reports.charts.canvas import Drawing, Scale, level, of_rows, upright, x, y
from shortdrama.reports.charts.lettering import Box, Label, fitted, shown, text_width, widest
from shortdrama.reports.charts.style import DASHES, LINE_HEIGHT, WIDTH, tone_ink
from shortdrama.reports.page import DatedEvent, Series, TimeChart, TimePoint

PLOT_HEIGHT = 190
MARGIN = 6
HEADROOM = LINE_HEIGHT + 10
"""Above the highest and below the lowest point, for its label."""

MOST_FOR_NAMES = WIDTH * 0.34
GAP_FACTOR = 1.6
"""So much longer than others is a step over a missing figure; months differ by less."""

APART = 8
"""Between labels of one line, so that two figures are not read as one."""

MOST_FOR_EVENTS = WIDTH * 0.6

Place = tuple[float, float]


@dataclass(frozen=True)
class Event:
    """A dated event: where its rule stands, and in which line above the plot its label is."""

    at: float
    lane: int
    label: Label

    @property
    def top(self) -> float:
        """Where its rule begins."""
        return MARGIN + LINE_HEIGHT * self.lane


def drawing(chart: TimeChart, coloured: bool) -> Drawing:
    """Its picture. Raises ValueError if there is no point in it at all."""
    series = [
        replace(one, points=tuple(sorted(one.points, key=lambda point: point.on)))
        for one in chart.series
        if one.points
    ]
    if not series:
        raise ValueError("a chart over time needs at least one point")
    names = widest(one.name for one in series) if len(series) > 1 else 0
    room = min(names, MOST_FOR_NAMES) + 12 if names else 0
    across = _across(chart, series, room)
    events = _events(chart.events, across)
    top = MARGIN + LINE_HEIGHT * (1 + max((event.lane for event in events), default=-1))
    bottom = top + PLOT_HEIGHT
    up = _upwards(chart, series, top, bottom)
    height = bottom + LINE_HEIGHT + MARGIN
    labels = _ticks(chart, across, bottom + LINE_HEIGHT / 2 + 3)
    labels += [event.label for event in events]
    lines = [_places(one, across, up) for one in series]
    labels += _names(series, lines, WIDTH - room + 8, room - 8, coloured) if room else []
    obstacles = [place for line in lines for place in _dense(line)]
    obstacles += [(event.at, step) for event in events for step in range(0, int(bottom), 4)]
    edge = Box(0, MARGIN, WIDTH, bottom)
    for one, places in zip(series, lines, strict=True):
        for point, place in zip(one.points, places, strict=True):
            if point.label:
                ink = tone_ink(one.tone, coloured)
                labels.append(_placed(shown(point.label), place, ink, labels, obstacles, edge))
    rules = [level(bottom, 0, WIDTH - room)]
    for event in events:
        spans = _uncovered(event.at, (event.top, bottom), labels)
        rules += [upright(event.at, *span, is_dashed=True) for span in spans]
    marks = [mark for one in series for mark in _line(one, across, up, coloured)]
    return Drawing(marks, rules, labels, height)


def _across(chart: TimeChart, series: Sequence[Series], room: float) -> Scale:
    days = [point.on.toordinal() for one in series for point in one.points]
    days += [on.toordinal() for on, _ in chart.ticks]
    first, last = min(days), max(days)
    return Scale(first, last if last > first else first + 1, MARGIN * 2, WIDTH - room - MARGIN * 2)


def _upwards(chart: TimeChart, series: Sequence[Series], top: float, bottom: float) -> Scale:
    values = [float(point.value) for one in series for point in one.points]
    low, high = min(values), max(values)
    if chart.from_zero:
        low, high = min(low, 0), max(high, 0)
    if low == high:
        low, high = low - 1, high + 1
    foot = 0 if chart.from_zero and low == 0 else HEADROOM
    return Scale(low, high, bottom - foot, top + HEADROOM)


def _places(one: Series, across: Scale, up: Scale) -> list[Place]:
    return [(across.at(point.on.toordinal()), up.at(float(point.value))) for point in one.points]


def _line(one: Series, across: Scale, up: Scale, coloured: bool) -> list[alt.Chart]:
    """The line, interrupted where a date has no figure; lone and labelled points have a dot."""
    ink, runs = tone_ink(one.tone, coloured), _runs(one.points)
    rows = [
        {"day": point.on.toordinal(), "value": float(point.value), "run": number,
         "dot": bool(point.label) or len(run) == 1}
        for number, run in enumerate(runs)
        for point in run
    ]  # fmt: skip
    base = {"x": x("day", across), "y": y("value", up)}
    line = (
        of_rows(rows)
        .mark_line(
            color=ink, strokeWidth=3, strokeJoin="round", strokeDash=DASHES.get(one.tone, [])
        )
        .encode(detail=alt.Detail("run:N"), **base)
    )
    dots = (
        of_rows([row for row in rows if row["dot"]])
        .mark_point(color=ink, fill=ink, size=70, opacity=1)
        .encode(**base)
    )
    return [line, dots]


def _runs(points: Sequence[TimePoint]) -> list[list[TimePoint]]:
    """Points between which no date is missing, judged by the shortest step between dates."""
    steps = [(b.on - a.on).days for a, b in pairwise(points)]
    usual = min((step for step in steps if step), default=1)
    runs = [[points[0]]]
    for step, point in zip(steps, points[1:], strict=True):
        if step > GAP_FACTOR * usual:
            runs.append([])
        runs[-1].append(point)
    return runs


def _events(events: Sequence[DatedEvent], across: Scale) -> list[Event]:
    """Those within the time that is shown; each label is in the first lane that is free there."""
    placed: list[Event] = []
    for event in sorted(events, key=lambda one: one.on):
        day = event.on.toordinal()
        if across.low <= day <= across.high:
            lane, at = 0, across.at(day)
            while any(
                other.lane == lane and _beside(event.label, at, lane).box.overlaps(other.label.box)
                for other in placed
            ):
                lane += 1
            placed.append(Event(at, lane, _beside(event.label, at, lane)))
    return placed


def _beside(text: str, at: float, lane: int) -> Label:
    """The label at the right of its rule, or at the left if it would leave the picture."""
    text, middle = fitted(text, MOST_FOR_EVENTS), MARGIN + LINE_HEIGHT * (lane + 0.5)
    if at + 5 + text_width(text) <= WIDTH:
        return Label(text, at + 5, middle)
    return Label(text, max(at - 5, text_width(text)), middle, "right")


def _uncovered(at: float, span: Place, labels: Sequence[Label]) -> list[Place]:
    """The parts of an upright line that no label is written over."""
    start, end = span
    parts = []
    for box in sorted((one.box for one in labels), key=lambda box: box.top):
        if box.left - 2 < at < box.right + 2 and box.bottom > start and box.top < end:
            parts.append((start, box.top))
            start = box.bottom
    parts.append((start, end))
    return [(top, foot) for top, foot in parts if foot > top]


def _ticks(chart: TimeChart, across: Scale, middle: float) -> list[Label]:
    """Labels under their dates, inside the picture.

    Where two would collide it is every second from the newest, or every third, and so on, so that
    the steps stay equal.
    """
    labels = []
    for on, text in sorted(chart.ticks, reverse=True):
        text, place = shown(text), across.at(on.toordinal())
        half = text_width(text) / 2
        labels.append(Label(text, min(max(place, half), WIDTH - half), middle, "center"))
    every = 1
    while any(a.box.wider(APART).overlaps(b.box) for a, b in pairwise(labels[::every])):
        every += 1
    return labels[::every]


def _names(
    series: Sequence[Series], lines: Sequence[Sequence[Place]], left: float, room: float,
    coloured: bool,
) -> list[Label]:  # fmt: skip
    """The name of each line at its end, pushed apart where lines end close together."""
    ends = sorted(zip((places[-1][1] for places in lines), range(len(lines)), strict=True))
    labels, free = [], 0.0
    for end, number in ends:
        middle = max(end, free)
        free = middle + LINE_HEIGHT
        one = series[number]
        labels.append(Label(fitted(one.name, room), left, middle, ink=tone_ink(one.tone, coloured)))
    return labels


def _placed(
    text: str,
    place: Place,
    ink: str,
    others: Sequence[Label],
    obstacles: Sequence[Place],
    edge: Box,
) -> Label:
    """The label where it covers least: above its point, or below, or at a side."""
    half, (at, middle) = text_width(text) / 2, place
    candidates = [
        Label(text, min(max(at + shift, edge.left + half), edge.right - half), middle + rise,
              "center", ink)
        for rise in (-18, 18, -34, 34)
        for shift in (0, half * 0.7, -half * 0.7, half + 8, -half - 8)
    ]  # fmt: skip
    return min(candidates, key=lambda label: _covered(label.box, others, obstacles, edge))


def _covered(box: Box, others: Sequence[Label], obstacles: Sequence[Place], edge: Box) -> float:
    on_lines = sum(box.has(*place) for place in obstacles)
    outside = box.top < edge.top or box.bottom > edge.bottom
    apart = box.wider(APART)
    return on_lines + 100 * outside + 1000 * sum(apart.overlaps(one.box) for one in others)


def _dense(line: Sequence[Place]) -> list[Place]:
    """The points of a line and points between them."""
    between = [
        (a[0] + (b[0] - a[0]) * part / 8, a[1] + (b[1] - a[1]) * part / 8)
        for a, b in pairwise(line)
        for part in range(8)
    ]
    return [*between, *line[-1:]]
