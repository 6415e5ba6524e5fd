"""A lake whose marts are one figure."""

import duckdb
import pytest

from report_lake import Lake
from shortdrama.reports.delivery import prepare


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Lake:
    lake = Lake()
    monkeypatch.setattr(prepare, "read_published", lambda _store: lake.published)
    monkeypatch.setattr(prepare, "connect", lambda *_: duckdb.connect())
    return lake
