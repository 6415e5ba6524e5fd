"""Vega-Lite parts that all charts share; colours are those of the page's style sheet."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import altair as alt

MAIN, MUTED, UP, DOWN = "var(--main)", "var(--faint)", "var(--rise)", "var(--fall)"
SERIES = [f"var(--s{number})" for number in range(1, 9)]
"""Colours of lines that stand side by side."""

ROW = 26
"""Height of a line in a chart of bars, pixels."""

CONFIG: dict[str, Any] = {
    "customFormatTypes": True,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)", "titleColor": "var(--muted)", "gridColor": "var(--rule)",
        "domainColor": "var(--faint)", "tickColor": "var(--faint)", "labelFontSize": 12,
        "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 130,
    },
    "legend": {
        "labelColor": "var(--ink)", "labelFontSize": 12, "titleColor": "var(--muted)",
        "orient": "top", "title": None, "columns": 2, "labelLimit": 150, "symbolStrokeWidth": 3,
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
    "rule": {"color": "var(--faint)"},
}  # fmt: skip
KIND = "@kind"
"""The page's script puts the kind of the chosen figure here."""


def rows() -> alt.Chart:
    """A layer over the rows that the page's script gives."""
    return alt.Chart(alt.NamedData("rows"))


def spec(chart: Any, height: int | dict[str, int] = 260) -> dict[str, Any]:
    """As wide as its place on the page."""
    made = chart.properties(width="container", height=height).to_dict(validate=False)
    made["autosize"] = {
        "type": "fit" if isinstance(height, int) else "fit-x",
        "contains": "padding",
    }
    made.pop("config", None)
    return dict(made)


def by_row(step: int = ROW) -> dict[str, int]:
    """A height that grows with the number of bars."""
    return {"step": step}


def instant(day: date) -> int:
    """A day as Vega counts time: milliseconds since 1970, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def day_axis(field: str, kind: str = "month") -> alt.X:
    """Days from left to right."""
    return alt.X(
        f"{field}:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            title=None, grid=False, format=kind, formatType="figure", tickCount=6,
            labelOverlap="greedy",
        ),
    )  # fmt: skip


def figure_axis(field: str = "value", kind: str = KIND, scale: alt.Scale | None = None) -> alt.Y:
    """Figures from bottom to top, from zero unless the scale says otherwise."""
    return alt.Y(
        f"{field}:Q",
        scale=scale or alt.Scale(zero=True),
        axis=alt.Axis(
            title=None, tickCount=5, domain=False, ticks=False, format=kind, formatType="figure"
        ),
    )


def across(field: str = "value", kind: str = KIND, scale: alt.Scale | None = None) -> alt.X:
    """Figures from left to right."""
    return alt.X(
        f"{field}:Q",
        scale=scale or alt.Scale(zero=True),
        axis=alt.Axis(
            title=None, tickCount=4, domain=False, ticks=False, format=kind, formatType="figure",
            labelOverlap="greedy", labelSeparation=24, grid=scale is None,
        ),
    )  # fmt: skip


def names(field: str, sort: Any = None) -> alt.Y:
    """Names from top to bottom, in the order of the rows."""
    return alt.Y(f"{field}:N", sort=sort, axis=alt.Axis(title=None, domain=False, ticks=False))


def series(field: str, order: Sequence[str] | None = None, columns: int = 2) -> alt.Color:
    """A colour for each."""
    domain = list(order) if order else alt.Undefined
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(range=SERIES, domain=domain),
        legend=alt.Legend(columns=columns),
    )


def log() -> alt.Scale:
    """For figures that differ by factors; it has no zero."""
    return alt.Scale(type="log", zero=False, nice=True)
