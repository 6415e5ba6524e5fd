"""What deliveries call a report and its period, in the reader's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shortdrama.reports.reports import Period, Report
from shortdrama.reports.words.catalogue import Catalogue, catalogue
from shortdrama.reports.words.formats import Formats, LocaleName

LANGUAGES: dict[LocaleName, str] = {"en": "en", "zh": "zh-CN"}
COLONS: dict[LocaleName, str] = {"en": ": ", "zh": "："}
LOCALES: tuple[LocaleName, ...] = ("en", "zh")


def words(locale: LocaleName) -> Catalogue:
    """The words of deliveries."""
    return catalogue(locale, "delivery")


def about(report: Report, period: Period, locale: LocaleName) -> dict[str, str]:
    """`report` and `days`, for the sentences about an edition."""
    formats, window = Formats(locale), period.window
    one_day = window.start == window.end
    return {
        "report": words(locale).text_or(f"report.{report.id}", "report"),
        "days": formats.day(window.start) if one_day else formats.days(window.start, window.end),
    }


def due_words(due_at: datetime, zone: str, locale: LocaleName) -> str:
    """When something was due, in the reader's time."""
    local = due_at.astimezone(ZoneInfo(zone))
    return f"{Formats(locale).day(local.date())} {local:%H:%M}"
