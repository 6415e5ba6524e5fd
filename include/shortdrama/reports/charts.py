"""The one picture of the weekly brief: net revenue per week, as bars.

It has no words, so that it fits every locale: amounts in US$ millions and ISO dates. It has twice
the density of the page, and the same figures give the same bytes.
"""

from datetime import date, timedelta
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from shortdrama.reports.brief import CHART_WEEKS, WeekRevenue

WIDTH_PX, HEIGHT_PX = 552, 264
"""Size on the page. Letters are large, because a phone shows the picture at about 0.6 of that."""

DPI = 200
FONT_POINTS = 12
PAST, NEWEST, INK, RULE = "#9DB8D6", "#0B5CAD", "#3B4654", "#DDE3EA"
LABEL_EVERY_WEEKS = 4


def revenue_chart(weeks: tuple[WeekRevenue, ...]) -> bytes:
    """A PNG with a bar per week, the oldest on the left, the newest in the strong colour.

    A week without data leaves a gap. Raises ValueError when there is no week at all.
    """
    if not weeks:
        raise ValueError("a chart needs at least one complete week")
    figure = Figure(figsize=(2 * WIDTH_PX / DPI, 2 * HEIGHT_PX / DPI), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.13, 0.14, 0.85, 0.83))
    _draw_bars(axes, weeks)
    _dress(axes, weeks[-1].starts_on)
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw_bars(axes: Axes, weeks: tuple[WeekRevenue, ...]) -> None:
    newest = weeks[-1].starts_on
    positions = [(week.starts_on - newest).days // 7 for week in weeks]
    millions = [float(week.revenue_usd) / 1e6 for week in weeks]
    bars = axes.bar(positions, millions, width=0.72, color=PAST, zorder=2)
    bars[-1].set_color(NEWEST)
    labels = [""] * (len(weeks) - 1) + [f"${millions[-1]:.1f}M"]
    axes.bar_label(
        bars, labels=labels, padding=4, fontsize=FONT_POINTS, fontweight="bold", color=INK
    )


def _dress(axes: Axes, newest: date) -> None:
    """Few lines, no frame; the scale starts at zero so that heights compare."""
    oldest = 1 - CHART_WEEKS
    ticks = range(oldest, 1, LABEL_EVERY_WEEKS)
    axes.set_xticks(ticks, [f"{newest + timedelta(weeks=tick):%m-%d}" for tick in ticks])
    axes.set_xlim(oldest - 0.7, 0.9)
    axes.margins(y=0.14)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}M" if value else "0"))
    axes.grid(axis="y", color=RULE, linewidth=0.8, zorder=0)
    axes.tick_params(length=0, labelsize=FONT_POINTS, labelcolor=INK, pad=6)
    for side in axes.spines.values():
        side.set_visible(False)
