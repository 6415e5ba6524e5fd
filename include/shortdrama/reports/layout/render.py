"""A page as everything that is archived and mailed; the same page gives the same bytes."""

import re
from collections.abc import Mapping

from shortdrama.reports.layout.harmless import harmless_page
from shortdrama.reports.layout.html import html, is_coloured
from shortdrama.reports.layout.standalone import standalone
from shortdrama.reports.layout.text import text
from shortdrama.reports.page import Figure, Page
from shortdrama.reports.rendered import Picture, Rendered

FIGURE_NAME = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")


def render(page: Page) -> Rendered:
    """The page in all its forms.

    Raises ValueError if a figure's name is not unique, or is none for a file.
    """
    # Here and below: openpyxl and altair take half a second each, and who only asks what is due
    # renders nothing.
    from shortdrama.reports.layout.workbook import workbook

    page = harmless_page(page)
    pictures = _pictures(page)
    written = html(page, pictures)
    return Rendered(
        language=page.language,
        sender_name=page.sender_name,
        subject=page.subject,
        html=written,
        text=text(page),
        pictures=tuple(pictures.values()),
        workbook=workbook(page),
        standalone=standalone(written, tuple(pictures.values())),
    )


def _pictures(page: Page) -> Mapping[str, Picture]:
    """The pictures of the figures that have something to show, by figure."""
    from shortdrama.reports.charts.draw import draw

    pictures: dict[str, Picture] = {}
    for figure in (block for block in page.blocks if isinstance(block, Figure)):
        if not FIGURE_NAME.fullmatch(figure.name):
            raise ValueError(f"figure {figure.name!r}: a name has small letters and digits only")
        if figure.name in pictures:
            raise ValueError(f"figure {figure.name!r}: the page has two of this name")
        png = draw(figure.chart, is_coloured(page.language))
        if png:
            pictures[figure.name] = Picture(f"{figure.name}.png", png)
    return pictures
