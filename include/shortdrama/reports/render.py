"""The brief as HTML and as plain text, from the same words."""

from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.layout.html import PICTURE_WIDTH, is_coloured
from shortdrama.reports.layout.plain_text import Columns
from shortdrama.reports.page import Series, TimeChart, TimePoint
from shortdrama.reports.words.formats import LocaleName
from shortdrama.reports.writer import worded

CHART_NAME = "chart.png"
"""The picture's name in the HTML: a file next to it in the archive, inline in the mail."""


def _environment() -> Environment:
    """HTML is escaped; plain text is not."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "layout" / "templates"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    columns = Columns.of("en")
    environment.filters |= {
        "left": lambda text, width: columns.left(columns.shorten(text, width), width),
        "right": lambda text, width: columns.right(columns.shorten(text, width), width),
        "wrap": lambda text, indent="": columns.wrap(text, then=indent),
        "columns": columns.count,
    }
    return environment


ENVIRONMENT = _environment()


@dataclass(frozen=True)
class RenderedBrief:
    """One edition in one locale, as it is archived and mailed."""

    subject: str
    html: str
    text: str
    chart: bytes


def render(brief: WeeklyBrief, locale: LocaleName) -> RenderedBrief:
    """The brief in a locale; the same brief renders to the same bytes."""
    # Imported here: altair takes half a second, and who only asks what is due draws nothing.
    from shortdrama.reports.charts.draw import draw

    wording = worded(brief, locale)
    weeks = zip(brief.chart, wording.chart.bars, strict=True)
    points = [TimePoint(week.starts_on, week.revenue_usd, bar[1]) for week, bar in weeks]
    ends = (0, len(points) - 1)
    points = [p if n in ends else replace(p, label="") for n, p in enumerate(points)]
    chart = TimeChart((Series(wording.chart.title, tuple(points)),), ticks=())
    html = ENVIRONMENT.get_template("weekly_brief.html.j2").render(
        brief=wording, chart_name=CHART_NAME, chart_width=PICTURE_WIDTH, chart_height=224
    )
    text = ENVIRONMENT.get_template("weekly_brief.txt.j2").render(brief=wording)
    return RenderedBrief(wording.subject, html, text, draw(chart, is_coloured(locale)) or b"")
