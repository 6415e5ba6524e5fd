"""The identity of a home: made once, whole, and private."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shortdrama.core.settings import settings
from shortdrama_local.embedded import machine
from shortdrama_local.embedded.airflow import airflow_environment
from shortdrama_local.embedded.machine import HomeUnreadable, this_machine


def test_a_home_keeps_its_identity(home: Path) -> None:
    assert this_machine() == this_machine()


def test_no_two_homes_share_an_identity_or_a_secret(enter, tmp_path: Path) -> None:
    values = []
    for name in ("a", "b"):
        enter(tmp_path / name)
        made = this_machine().model_dump(exclude={"ports", "frozen_clock"})
        values += list(made.values())
    assert len(values) == len(set(values)) >= 20


def test_commands_that_make_a_home_at_once_make_one(home: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: this_machine().home_id, range(16)))
    assert set(made) == {this_machine().home_id}
    assert {path.name for path in home.iterdir()} == {"embedded.json", "settings.env"}


def test_settings_that_were_removed_are_written_again(home: Path) -> None:
    this_machine()
    before = machine.settings_file().read_text()
    machine.settings_file().unlink()
    this_machine()
    assert machine.settings_file().read_text() == before


def test_nobody_else_reads_its_secrets(home: Path) -> None:
    this_machine().save()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert modes == {"embedded.json": 0o600, "settings.env": 0o600}


@pytest.mark.parametrize("damage", ["", '{"home_id": "12', '{"s3_port": 4566, "mail_port": 8625}'])
def test_a_record_that_cannot_be_read_says_what_to_do(home: Path, damage: str) -> None:
    this_machine()
    machine.record().write_text(damage)
    with pytest.raises(HomeUnreadable, match="make clean"):
        this_machine()


def test_the_clock_is_a_setting_that_can_change_while_services_run(home: Path) -> None:
    """No variable of a service has it: a variable would outlive the day."""
    made = this_machine()
    for day in (25, 26):
        made.frozen_clock = datetime(2026, 2, day, 8, tzinfo=UTC)
        made.save()
        settings.cache_clear()
        assert settings().frozen_clock == made.frozen_clock
    assert not any("CLOCK" in name for name in airflow_environment(made))
    made.frozen_clock = None
    made.save()
    settings.cache_clear()
    assert settings().frozen_clock is None
