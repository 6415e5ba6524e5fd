"""A page as plain text: the answer first, then figures; a good read where no HTML is shown."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shortdrama.reports.layout.phrases import between
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.layout.text_table import signed, text_table
from shortdrama.reports.page import Page

AFTER_THE_CLAIM = ("sample",)
"""Banners that wait for the result, because a locked phone shows only the first lines."""


def text(page: Page) -> str:
    """The text part of a mail; no line is wider than 78 columns."""
    columns = Columns.of(page.language)
    template = _environment().get_template("page.txt.j2")
    rendered = template.render(
        page=page,
        columns=columns,
        wrap=columns.wrap,
        text_table=text_table,
        signed=signed,
        between=between,
        width=WIDTH,
        first=[banner for banner in page.banners if banner.kind not in AFTER_THE_CLAIM],
        later=[banner for banner in page.banners if banner.kind in AFTER_THE_CLAIM],
    )
    return re.sub(r"\n{3,}", "\n\n", rendered).strip("\n") + "\n"


@cache
def _environment() -> Environment:
    """Plain text is not escaped: nothing reads it as markup."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,  # noqa: S701 - see above
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
