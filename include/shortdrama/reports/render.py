"""The brief as HTML and as plain text, from the same words."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.layout import plain_text
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
    environment.filters |= {
        "left": plain_text.left,
        "right": plain_text.right,
        "wrap": plain_text.wrap,
        "columns": plain_text.columns,
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
    # Imported here: matplotlib takes seconds, and who only asks what is due draws nothing.
    from shortdrama.reports import charts

    wording = worded(brief, locale)
    html = ENVIRONMENT.get_template("weekly_brief.html.j2").render(
        brief=wording,
        chart_name=CHART_NAME,
        chart_width=charts.WIDTH_PX,
        chart_height=charts.HEIGHT_PX,
    )
    text = ENVIRONMENT.get_template("weekly_brief.txt.j2").render(brief=wording)
    return RenderedBrief(wording.subject, html, text, charts.revenue_chart(brief.chart))
