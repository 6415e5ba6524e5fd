"""A page as the HTML of a mail: styles inlined, readable without pictures and in dark mode."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shortdrama.reports.charts.style import BRIGHTER
from shortdrama.reports.layout.phrases import SIGNS, between
from shortdrama.reports.layout.plain_text import UNITS, Columns
from shortdrama.reports.page import Page
from shortdrama.reports.rendered import Picture

TEMPLATES = Path(__file__).parent / "templates"
PICTURE_WIDTH = 440
"""On a wide screen, where its letters are then as large as those of the tables (15 pixels)."""

LOOKS = {
    "sample": "banner",
    "late": "warning",
    "overridden": "warning",
    "correction": "grave",
    "test": "grave",
}
"""The class of each kind of banner."""

LONGEST_NAME = 80
LONGEST_NUMBER = 14
"""In columns: what is longer is words, and may take several lines."""

LONGEST_WORD = 13
"""That a phone's column of names holds; longer ones are broken anywhere."""


NUMBER = r"[+−-]?(?:US\$)?\d[\d.,]{0,14}[KMB%]?"
ENGLISH_UNITS = (
    "days?|weeks?|months?|quarters?|years?|times|apps?|downloads?|views?|"
    "(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
)
FIGURE = re.compile(rf"{NUMBER} ?[{UNITS}]+|{NUMBER} (?:{ENGLISH_UNITS})\b|[▲▼] {NUMBER}")
"""A number with its unit or its sign: a browser would break the line between them."""

BRACKET = re.compile(r"[（(][^（）()]{1,14}[）)]")
"""A unit behind a heading."""


def html(page: Page, pictures: Mapping[str, Picture]) -> str:
    """The HTML, which names each picture as `cid:<name>`. `pictures` are by figure.

    A figure without a picture shows its sentence instead.
    """
    columns = Columns.of(page.language)
    rendered = _environment().get_template("page.html.j2").render(
        page=page,
        colon=page.colon,
        coloured=is_coloured(page.language),
        pictures=pictures,
        picture_width=PICTURE_WIDTH,
        brighter=BRIGHTER,
        looks=LOOKS,
        signs=SIGNS,
        between=between,
        shorten=lambda name: columns.shorten(name, LONGEST_NAME),
        is_short=lambda text: columns.count(text) <= LONGEST_NUMBER,
        has_digit=lambda text: any(sign.isdigit() for sign in text),
        has_long_word=lambda text: any(columns.count(word) > LONGEST_WORD for word in text.split()),
    )  # fmt: skip
    return _inliner().inline(rendered)


def is_coloured(language: str) -> bool:
    """Whether green may mean up and red down; in mainland China red means up, so no colour does."""
    return not language.startswith("zh")


def with_whole_figures(text: str) -> Markup:
    """The text, escaped, in which no line breaks between a number and its unit."""
    return _unbroken(FIGURE, text)


def with_whole_brackets(text: str) -> Markup:
    """A heading, escaped, in which no line breaks inside a unit in brackets."""
    return _unbroken(BRACKET, text)


def _unbroken(pattern: re.Pattern[str], text: str) -> Markup:
    kept = pattern.sub(r"<nobr>\g<0></nobr>", str(escape(text)))
    return Markup(kept)  # noqa: S704 - it is escaped


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["whole"] = with_whole_figures
    environment.filters["heading"] = with_whole_brackets
    return environment


@cache
def _inliner() -> CSSInliner:
    """Inlines page.css only; the style block in the template has rules that cannot be inlined."""
    return CSSInliner(
        inline_style_tags=False,
        keep_style_tags=True,
        load_remote_stylesheets=False,
        minify_css=True,
        extra_css=(TEMPLATES / "page.css").read_text(encoding="utf-8"),
    )
