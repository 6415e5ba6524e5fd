from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shortdrama.core.clock import Clock


def test_a_frozen_clock_gives_one_instant_in_utc_to_the_second() -> None:
    east = timezone(timedelta(hours=8))
    clock = Clock(datetime(2026, 2, 25, 7, 30, 15, 999_999, tzinfo=east))
    assert clock.is_frozen
    assert clock.now() == datetime(2026, 2, 24, 23, 30, 15, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.today() == date(2026, 2, 24)


def test_a_frozen_clock_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 2, 25)  # noqa: DTZ001 - the defect
    with pytest.raises(ValueError, match="needs a time zone: 2026-02-25"):
        Clock(naive)


def test_a_running_clock_tells_the_machines_time_in_utc() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    now = Clock().now()
    assert not Clock().is_frozen
    assert before <= now <= datetime.now(UTC)
    assert now.microsecond == 0
