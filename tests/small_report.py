"""A report that needs no marts: one figure, in both languages, by week, month or day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.windows import Window
from shortdrama.reports.page import Answer, Footer, Page, Phrase, Point, Sheet, Tile, Tiles
from shortdrama.reports.periods import IsoWeek
from shortdrama.reports.rendered import Picture, Rendered
from shortdrama.reports.reports import Period, Report
from shortdrama.reports.words.formats import LocaleName


@dataclass(frozen=True)
class Days:
    """A month (`2025-09`) or a day (`2025-09-30`)."""

    label: str
    window: Window


def month_of(label: str) -> Days:
    first = datetime.strptime(label, "%Y-%m").date()  # noqa: DTZ007 - a day
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return Days(label, Window(start=first, end=last))


def day_of(label: str) -> Days:
    day = datetime.strptime(label, "%Y-%m-%d").date()  # noqa: DTZ007 - a day
    return Days(label, Window(start=day, end=day))


class SmallContent(BaseModel):
    """One figure by app."""

    model_config = ConfigDict(frozen=True)

    period: str
    revenue: Mapping[str, Decimal]
    moved_pct: Mapping[str, Decimal] = {}


def small_report(
    id: Literal["weekly_brief", "monthly_report", "minis_pulse"] = "weekly_brief",
    compose: Callable[..., SmallContent] | None = None,
) -> Report:
    """A report that reads `revenue_of(app, usd)`, unless it is given another `compose`."""
    period_of: dict[str, Callable[[str], Period]] = {
        "weekly_brief": IsoWeek.parse, "monthly_report": month_of, "minis_pulse": day_of,
    }  # fmt: skip
    days_after = {"weekly_brief": 4, "monthly_report": 6, "minis_pulse": 1}
    return Report(
        id=id,
        required=("appfigures.estimates",),
        period_of=period_of[id],
        days_after=days_after[id],
        at=time(8),
        compose=compose or _composed,
        written=written,
    )


def _composed(connection: Any, _facts: object, period: Period, _now: datetime) -> SmallContent:
    rows = connection.execute("select app, usd from revenue_of order by app").fetchall()
    return SmallContent(period=period.label, revenue={app: Decimal(usd) for app, usd in rows})


TITLES: Mapping[str, tuple[str, ...]] = {
    "en": ("Revenue", "App", "US$", "Week"), "zh": ("收入", "应用", "美元", "周"),
}  # fmt: skip


def written(content: Any, locale: LocaleName) -> Page:
    """The page of the figures."""
    revenue, app, usd, _ = TITLES[locale]
    total = sum(content.revenue.values(), Decimal())
    return Page(
        language="en" if locale == "en" else "zh-CN",
        sender_name="Market",
        subject=f"{revenue} {content.period}: {total}",
        preheader="",
        banners=(),
        title=revenue,
        period=content.period,
        answer=Answer(f"{revenue} {total}", "", (Point(app, str(total)),), "scope"),
        blocks=(Tiles((Tile(revenue, str(total), Phrase("")),)),),
        pipeline=None,
        footer=Footer("", (), ""),
        sheets=(Sheet(revenue, (app, usd), tuple(content.revenue.items())),),
    )


def drawn(page: Page) -> Rendered:
    """The page as bytes, without a layout."""
    banners = " ".join(banner.text for banner in page.banners)
    points = (f"{point.lead}: {point.text}" for point in page.answer.points)
    lines = [banners, page.answer.claim, page.answer.context, *points, *map(str, page.blocks)]
    body = "\n".join(line for line in lines if line)
    return Rendered(
        language=page.language,
        sender_name=page.sender_name,
        subject=page.subject,
        html=f"<p>{body}</p><img src='cid:dot.png'>",
        text=body + "\n",
        pictures=(Picture("dot.png", b"\x89PNG"),),
        workbook=b"PK",
        standalone=f"<p>{body}</p>".encode(),
    )


def changed_figure(content: SmallContent, app: str, usd: str) -> SmallContent:
    """The content with one other figure."""
    return content.model_copy(update={"revenue": {**content.revenue, app: Decimal(usd)}})
