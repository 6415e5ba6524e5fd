"""From TikTok API for Business, three countries and thirty days, to daily views and momentum.

Three pulls of the simulator go through landing, gate and the compiled models; what comes out is
recomputed from the bytes in landing.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from shortdrama.core.settings import Settings
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck
from shortdrama.lake.landing import read_part, read_pull
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama_local.simulator import discovery_answers

NEWEST = datetime(2026, 2, 25, 8, tzinfo=UTC)
DAYS_BEFORE = (28, 1, 0)
SHORT_LIST = 80
"""How many tags the newest list has: the smaller ones are no longer listed."""

MODELS = (
    "int_calendar_days", "int_slice_versions", "int_deciding_slices", "int_hashtag_loads",
    "int_hashtag_views_said", "fct_hashtag_views_versions", "fct_hashtag_views_daily",
    "fct_hashtag_snapshots", "dim_hashtag", "rpt_hashtag_momentum",
)  # fmt: skip

Key = tuple[str, str, date]
"""A tag, a country and a day."""


@dataclass(frozen=True)
class Said:
    """What one pull said: views and place by tag, country and day, each at an instant."""

    record: LoadRecord
    days: dict[Key, tuple[int, int | None]]


@pytest.fixture(scope="module")
def asked(_simulator: Any) -> Iterator[list[dict[str, Any]]]:
    """The changes of settings for each pull, oldest first; the simulator's clock goes along."""
    yield [
        {"at": NEWEST - timedelta(days=days), "provider": "business", "advertiser_id": "7",
         "base_url": f"{_simulator.url}/open_api/v1.3/", "countries": ("US", "ID", "BR"),
         "window_days": (7,), "hashtags": ("shortdrama", "reelshort")}
        for days in DAYS_BEFORE
    ]  # fmt: skip
    requests.put(
        f"{_simulator.url}/simulator/clock", json={"frozen_at": NEWEST.isoformat()}, timeout=5
    )


def said_of(settings: Settings, store: ObjectStore, number: int) -> Said:
    """Pull, conform and gate; and what the answers in landing say, read without our parser."""
    key = pull(PullRequest(dataset=HASHTAGS.id, run_key=str(number)), settings, store)
    landed = read_pull(store, key)
    conform_or_quarantine(landed, settings, store)
    record = admit(landed, settings, store)
    days: dict[Key, tuple[int, int | None]] = {}
    for part in landed.parts:
        data = json.loads(read_part(store, part))["data"]
        for tag in data.get("list", [data]):
            for day in tag["trending_history"]:
                if day["views_daily"] is not None:
                    place = day["rank_position_daily"]
                    days[
                        tag["hashtag_id"],
                        part.request["country_code"],
                        date.fromisoformat(day["date"]),
                    ] = (day["views_daily"], None if place is None else int(place))
    return Said(record, days)


@pytest.fixture
def said(
    asked: list[dict[str, Any]], settings: Settings, store: ObjectStore, simulator: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[Said]]:  # fmt: skip
    found = []
    for number, changes in enumerate(asked):
        at = changes["at"]
        if at == NEWEST:
            monkeypatch.setattr(discovery_answers, "LONGEST_LIST", SHORT_LIST)
        requests.put(
            f"{simulator.url}/simulator/clock", json={"frozen_at": at.isoformat()}, timeout=5
        ).raise_for_status()
        tiktok = settings.tiktok.model_copy(update={k: v for k, v in changes.items() if k != "at"})
        found.append(
            said_of(
                settings.model_copy(update={"frozen_clock": at, "tiktok": tiktok}), store, number
            )
        )
    yield found
    # The short lists are kept in the simulator of this process, where others would find them.
    discovery_answers.popular.cache_clear()


@pytest.fixture
def marts(
    build: Any, said: list[Said], settings: Settings, store: ObjectStore, tmp_path: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The compiled models on these loads alone, in a copy of the small market's warehouse."""
    warehouse = tmp_path / build.warehouse.name
    shutil.copy(build.warehouse, warehouse)
    compiled = {node["name"]: node["compiled_code"] for node in build.manifest["nodes"].values()
                if node["resource_type"] == "model"}  # fmt: skip
    with duck.connect(settings.s3, warehouse) as connection:
        uris = [store.uri(one.record.key) for one in said]
        loads = duck.loads_query(HASHTAGS.column_types, uris)
        connection.execute(f"create or replace table raw.tiktok_hashtags as {loads}")
        connection.execute("delete from raw.load_coverage")
        connection.executemany(
            "insert into raw.load_coverage values (?, ?, ?, ?, ?, ?, ?, ?, true, ?)",
            [
                (
                    HASHTAGS.id, one.record.load_id, seq, one.record.said_at,
                    one.record.decided_at, country, one.record.coverage.window.start,
                    one.record.coverage.window.end, one.record.coverage.provider,
                )
                for seq, one in enumerate(said, start=1)
                for country in one.record.coverage.countries
            ],
        )  # fmt: skip
        for name in MODELS:
            schema = "intermediate" if name.startswith("int_") else "marts"
            connection.execute(f"drop table {schema}.{name}")
            connection.execute(f"create table {schema}.{name} as {compiled[name]}")
        yield connection


def week(days: dict[Key, int], tag: str, country: str, last: date) -> int | None:
    views = [days.get((tag, country, last - timedelta(days=n))) for n in range(7)]
    return sum(v for v in views if v is not None) if None not in views else None


def test_daily_views_and_momentum_are_what_landing_says(marts: Any, said: list[Said]) -> None:
    """One test, for the pulls take seconds: the fact, its versions, momentum, lost tags."""
    newest: dict[Key, tuple[int, int | None]] = {}
    statements: dict[Key, list[tuple[int, int | None]]] = defaultdict(list)
    for one in said:
        assert one.record.status == "accepted"
        for key, figures in one.days.items():
            if newest.get(key) != figures:
                statements[key].append(figures)
            newest[key] = figures

    daily = marts.execute(
        "select hashtag_id, country_code, viewed_on, views, chart_rank, provider, version_number"
        " from marts.fct_hashtag_views_daily"
    ).fetchall()
    assert {row[:3]: row[3:5] for row in daily} == newest
    assert len(daily) == len(newest) > 3 * 110 * 55  # countries, tags, days of two histories
    assert {row[5] for row in daily} == {"business"}
    assert {row[:3]: row[6] for row in daily} == {key: len(s) for key, s in statements.items()}
    versions = marts.execute(
        "select hashtag_id, country_code, viewed_on, views, chart_rank"
        " from marts.fct_hashtag_views_versions order by version_number"
    ).fetchall()
    kept: dict[Key, list[tuple[int, int | None]]] = defaultdict(list)
    for *key, views, place in versions:
        kept[tuple(key)].append((views, place))
    assert kept == statements
    assert max(map(len, kept.values())) == 2  # the newest days are restated

    unlisted = {key[:2] for one in said[:-1] for key in one.days} - {
        key[:2] for key in said[-1].days
    }
    assert len(unlisted) > 100
    assert unlisted <= {row[:2] for row in daily if row[2] == date(2026, 2, 21)}

    days = {key: views for key, (views, _) in newest.items()}
    found = marts.execute(
        "select hashtag_id, country_code, daily_views_until_on, views_change_7d,"
        " change_7d_evidence, views_change_28d, change_28d_evidence, daily_views_7d"
        " from marts.rpt_hashtag_momentum where as_of_on = '2026-02-25' and views is not null"
    ).fetchall()
    assert len(found) >= 3 * SHORT_LIST
    for tag, country, until, change_7d, by_7d, change_28d, by_28d, seven in found:
        assert until == date(2026, 2, 22)
        assert seven == week(days, tag, country, until)
        assert change_7d == seven - week(days, tag, country, until - timedelta(days=7))
        assert change_28d == seven - week(days, tag, country, until - timedelta(days=28))
        assert by_7d == by_28d == "daily_views"
