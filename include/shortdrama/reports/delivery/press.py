"""How an edition becomes a page and bytes, and what is put on top of one that exists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from re import sub

from shortdrama.reports.page import Banner, Page
from shortdrama.reports.rendered import Rendered
from shortdrama.reports.reports import Report


@dataclass(frozen=True)
class Press:
    """The reports by id, and the layout of pages."""

    reports: Mapping[str, Report]
    render: Callable[[Page], Rendered]


def with_first(page: Page, *banners: Banner) -> Page:
    """The page with banners above all others."""
    return replace(page, banners=(*banners, *page.banners))


BANNER = (
    '<div style="margin:0;padding:10px 16px;background-color:#fff3cd;color:#5c4400;'
    'font-family:sans-serif;font-size:14px;line-height:20px">{text}</div>'
)


def with_banner(rendered: Rendered, text: str, subject: str = "") -> Rendered:
    """An archived edition with a line above it, which says what is special about this mail."""
    div = BANNER.format(text=escape(text))

    def marked(html: str) -> str:
        found = sub(r"(<body[^>]*>)", lambda body: body[1] + div, html, count=1)
        return found if found != html else div + html

    return replace(
        rendered,
        subject=f"{subject}{rendered.subject}",
        html=marked(rendered.html),
        text=f"{text}\n\n{rendered.text}",
        standalone=marked(rendered.standalone.decode()).encode(),
    )


LINK = (
    '<p style="margin:0;padding:12px 16px 20px;text-align:center;font-family:sans-serif;'
    'font-size:14px;line-height:20px"><a href="{address}">{text}</a></p>'
)


def with_link(rendered: Rendered, text: str, address: str) -> Rendered:
    """An archived edition with a link below it, to the market page of its snapshot."""
    link = LINK.format(text=escape(text), address=escape(address))

    def linked(html: str) -> str:
        found = sub("(?=</body>)", lambda _: link, html, count=1)
        return found if found != html else html + link

    return replace(
        rendered,
        html=linked(rendered.html),
        text=f"{rendered.text.rstrip()}\n\n{text}\n{address}\n",
        standalone=linked(rendered.standalone.decode()).encode(),
    )


def the_press() -> Press:
    """The project's own reports and layout."""
    # Imported here: who only asks what is due needs no layout.
    from shortdrama.reports.layout.render import render
    from shortdrama.reports.registry import REPORTS

    return Press(REPORTS, render)
