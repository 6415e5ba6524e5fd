"""Spans of days: what is left of one, and which countries share one. Nothing here asks a lake."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from shortdrama.core.windows import Window
from shortdrama.lake.records import Coverage

ANY = ""
"""Stands for "all countries" where a dataset has none."""

DAY = timedelta(days=1)


def covered_by(coverages: Iterable[Coverage], asked: Window, country: str) -> list[Window]:
    """The days of `asked` that the coverages have for a country: merged, oldest first."""
    merged: list[Window] = []
    for window in sorted(
        (one.window for one in coverages if country == ANY or country in one.countries),
        key=lambda window: window.start,
    ):
        start, end = max(window.start, asked.start), min(window.end, asked.end)
        if end < start:
            continue
        if merged and start <= merged[-1].end + DAY:
            start, end = merged[-1].start, max(merged.pop().end, end)
        merged.append(Window(start=start, end=end))
    return merged


def gaps(asked: Window, covered: Sequence[Window]) -> Iterator[Window]:
    """The rest of `asked`, oldest first; `covered` is merged and lies within it."""
    start = asked.start
    for window in covered:
        if start < window.start:
            yield Window(start=start, end=window.start - DAY)
        start = window.end + DAY
    if start <= asked.end:
        yield Window(start=start, end=asked.end)


def by_window(windows: Mapping[str, Iterable[Window]]) -> list[tuple[Window, tuple[str, ...]]]:
    """Windows with the countries that share them, oldest first; `windows` is by country."""
    shared: dict[Window, list[str]] = {}
    for country, own in windows.items():
        for window in own:
            shared.setdefault(window, []).append(country)
    ordered = sorted(shared.items(), key=lambda item: (item[0].start, item[0].end, item[1]))
    return [(window, tuple(filter(None, countries))) for window, countries in ordered]
