"""A lake whose marts are one figure, and a real mail server."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from report_lake import Lake
from shortdrama.core.settings import MailSettings
from shortdrama.reports.delivery import prepare
from smtp_rig import Rig, serving_mail


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Lake:
    lake = Lake()
    monkeypatch.setattr(prepare, "read_published", lambda _store: lake.published)
    monkeypatch.setattr(prepare, "connect", lambda *_: duckdb.connect())
    return lake


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture
def mail(rig: Rig, tmp_path: Path) -> Iterator[MailSettings]:
    with serving_mail(rig, tmp_path) as settings:
        yield settings
