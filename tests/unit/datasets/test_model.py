from datetime import date

import pytest

from shortdrama.datasets.model import Trailing

TRAILING = Trailing(daily=35, monthly=400)


@pytest.mark.parametrize(
    ("last_day", "start", "days"),
    [
        (date(2025, 10, 9), date(2025, 9, 5), 35),
        (date(2025, 10, 31), date(2025, 9, 27), 35),
        (date(2025, 10, 1), date(2024, 8, 28), 400),
    ],
)
def test_the_trailing_window_is_35_days_and_400_on_a_months_first(
    last_day: date, start: date, days: int
) -> None:
    window = TRAILING.ending(last_day)
    assert (window.start, window.end, window.days) == (start, last_day, days)
