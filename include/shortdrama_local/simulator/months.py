"""Months as integers (`year * 12 + month - 1`), so that they add, compare and interpolate."""

from datetime import date, timedelta

MODEL_START = 2024 * 12
"""January 2024. The model knows no market before it."""

CATALOGUE_END = 2029 * 12 + 11
"""December 2029, the last month in which apps are launched."""


def month_of(day: date) -> int:
    """The month that holds the day."""
    return day.year * 12 + day.month - 1


def parse_month(text: str) -> int:
    """The month of `2025-07`."""
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1


def months_of_quarter(text: str) -> range:
    """The three months of `2025Q3`."""
    year, quarter = text.split("Q")
    first = int(year) * 12 + (int(quarter) - 1) * 3
    return range(first, first + 3)


def first_day(month: int) -> date:
    """The first date of the month."""
    return date(month // 12, month % 12 + 1, 1)


def days_in(month: int) -> int:
    """How many days the month has."""
    return (first_day(month + 1) - first_day(month)).days


def day_in(month: int, fraction: float) -> date:
    """A day of the month; `fraction` 0 is its first."""
    return first_day(month) + timedelta(days=int(fraction * days_in(month)))
