"""From marks and labels to a PNG, through Vega-Lite and without a network.

Marks stand in the data's own units, on scales whose pixels we fix; so we know where each mark is,
and can place labels, in pixels, where they collide with nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from math import log10
from pathlib import Path

import altair as alt
import vl_convert
from noto_cjk_sans_otc import FONT_PATH

from shortdrama.reports.charts.lettering import Label, Side
from shortdrama.reports.charts.palette import with_palette
from shortdrama.reports.charts.style import DENSITY, FONT, FONT_SIZE, RULE, WIDTH


@dataclass(frozen=True)
class Scale:
    """From data to pixels, both ends known."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value."""
        low, high, value = map(self._position, (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def _position(self, value: float) -> float:
        return log10(value) if self.is_log else value

    def altair(self) -> alt.Scale:
        """The same for Vega-Lite."""
        return alt.Scale(
            type="log" if self.is_log else "linear",
            domain=[self.low, self.high],
            range=[self.start, self.end],
            nice=False,
            zero=False,
        )


SIDES: tuple[Side, ...] = ("left", "center", "right")


def pixels(length: float) -> Scale:
    """For marks that stand in pixels."""
    return Scale(0, length, 0, length)


def x(field: str, scale: Scale) -> alt.X:
    """A horizontal place without an axis: labels are ours."""
    return alt.X(f"{field}:Q", scale=scale.altair(), axis=None)


def y(field: str, scale: Scale) -> alt.Y:
    """A vertical place without an axis."""
    return alt.Y(f"{field}:Q", scale=scale.altair(), axis=None)


def of_rows(rows: Sequence[Mapping[str, object]]) -> alt.Chart:
    """A layer with its data inside."""
    return alt.Chart(alt.InlineData(values=list(rows)))


@dataclass(frozen=True)
class Rule:
    """A thin line in pixels, from its left upper end to the other."""

    left: float
    top: float
    right: float
    bottom: float
    is_dashed: bool = False


def upright(at: float, top: float, bottom: float, is_dashed: bool = False) -> Rule:
    """A rule from top to bottom."""
    return Rule(at, top, at, bottom, is_dashed)


def level(at: float, left: float, right: float) -> Rule:
    """A rule from left to right."""
    return Rule(left, at, right, at)


@dataclass(frozen=True)
class Drawing:
    """What is in a picture of 552 by `height` pixels: rules behind marks behind labels."""

    marks: Sequence[alt.Chart]
    rules: Sequence[Rule]
    labels: Sequence[Label]
    height: float


def picture(drawing: Drawing) -> bytes:
    """A PNG in twice the density of the page, on no ground."""
    height = drawing.height
    ruled = [_ruled(drawing.rules, height, is_dashed) for is_dashed in (False, True)]
    lettered = [_lettered(drawing.labels, height, side) for side in SIDES]
    # Few layers: for each, altair's own checks take longer than the drawing.
    layers = [layer for layer in (*ruled, *drawing.marks, *lettered) if layer is not None]
    chart = (
        alt.layer(*layers)
        .resolve_scale(x="independent", y="independent")
        .properties(
            width=WIDTH, height=height, padding=0, background="transparent", autosize="none"
        )
        .configure_view(stroke=None)
    )
    _register_font()
    png = vl_convert.vegalite_to_png(
        chart.to_dict(validate=False),
        scale=DENSITY,
        allowed_base_urls=[],  # nothing is loaded
    )
    return with_palette(png)


def _ruled(rules: Sequence[Rule], height: float, is_dashed: bool) -> alt.Chart | None:
    rows = [asdict(rule) for rule in rules if rule.is_dashed == is_dashed]
    if not rows:
        return None
    layer: alt.Chart = (
        of_rows(rows)
        .mark_rule(color=RULE, strokeWidth=1, strokeDash=[4, 4] if is_dashed else [])
        .encode(
            x=x("left", pixels(WIDTH)),
            x2=alt.X2("right"),
            y=y("top", pixels(height)),
            y2=alt.Y2("bottom"),
        )
    )
    return layer


def _lettered(labels: Sequence[Label], height: float, side: Side) -> alt.Chart | None:
    rows = [asdict(label) for label in labels if label.align == side and label.text]
    if not rows:
        return None
    layer: alt.Chart = (
        of_rows(rows)
        .mark_text(align=side, baseline="middle", font=FONT, fontSize=FONT_SIZE, limit=0)
        .encode(
            x=x("x", pixels(WIDTH)),
            y=y("y", pixels(height)),
            text=alt.Text("text:N"),
            color=alt.Color("ink:N", scale=None),
        )
    )
    return layer


@cache
def _register_font() -> None:
    vl_convert.register_font_directory(str(Path(FONT_PATH).parent))
