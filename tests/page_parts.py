"""Figures that the example pages of both locales show."""

from datetime import date, timedelta
from decimal import Decimal

from shortdrama.reports.page import (
    Bar,
    Direction,
    Sheet,
    TimePoint,
)

MILLIONS = (
    "46.19", "46.61", "46.40", "47.10", "48.02", "48.37", "48.21", "49.02", "49.11", "50.30",
    "52.12", "51.50", "51.81",
)  # fmt: skip
FIRST_MONDAY = date(2025, 6, 30)
APPS = (
    ("ReelShort", "Crazy Maple Studio", "枫叶互动", "12.2", 2.7),
    ("DramaBox", "StoryMatrix", "点众科技", "10.1", 0.6),
    ("NetShort", "NetStory", "网阅科技", "4.55", -1.7),
    ("ShortMax", "Shorttv", "九州文化", "2.90", 2.1),
    ("GoodShort", "NewLeaf Publishing", "新阅时代", "2.61", 0.3),
    ("DreameShort", "Stary", "星阅科技", "2.20", -2.3),
    ("FlickReels", "Farsun", "掌阅科技", "1.98", 1.1),
    ("MoboReels", "Changdu", "畅读科技", "1.71", 0.0),
    ("FlexTV", "Yuewen Mobile", "安悦网络", "1.43", 0.9),
    ("My Drama", "Holywater", "Holywater", "1.22", -2.1),
)


def arrow(change: float) -> Direction:
    return "up" if change > 0 else "down" if change < 0 else "flat"


def percent(change: float) -> str:
    return f"{change:+.1f}%".replace("-", "−")


def weeks(labels: dict[int, str]) -> tuple[TimePoint, ...]:
    return tuple(
        TimePoint(
            FIRST_MONDAY + timedelta(weeks=number),
            Decimal(millions) * 1_000_000,
            labels.get(number, ""),
        )
        for number, millions in enumerate(MILLIONS)
    )


def monthly(values: str, first: str = "", last: str = "") -> tuple[TimePoint, ...]:
    numbers = [Decimal(value) for value in values.split()]
    labels = [first, *[""] * (len(numbers) - 2), last]
    return tuple(
        TimePoint(date(2025, month, 1), value, label)
        for month, (value, label) in enumerate(zip(numbers, labels, strict=True), start=1)
    )


def bars(label: str, names: tuple[str, ...]) -> tuple[Bar, ...]:
    values = ("22.9", "3.1", "2.8", "2.2", "1.4")
    changes = (1.1, 0.8, -0.9, -1.5, 0.0)
    return tuple(
        Bar(name, Decimal(value), label.format(value=value, wan=int(float(value) * 100)),
            percent(change) if change else "", arrow(change))
        for name, value, change in zip(names, values, changes, strict=True)
    )  # fmt: skip


def sheet(name: str, headings: tuple[str, ...]) -> Sheet:
    rows = tuple(
        (app, Decimal(millions) * 1_000_000, date(2025, 9, 22), number)
        for number, (app, _, _, millions, _) in enumerate(APPS, start=1)
    )
    return Sheet(name, headings, rows)
