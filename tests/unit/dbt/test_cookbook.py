"""The analysts' cookbook: every question has an answer, and a place in the guide."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.analysts.answers import _one_query
from shortdrama.core.settings import REPOSITORY

COOKBOOK = REPOSITORY / "dbt_project" / "analyses"
GUIDE = REPOSITORY / "docs" / "cookbook.md"
FILES = sorted(COOKBOOK.rglob("*.sql"))

NOTHING_TO_TELL = {"apps/exits"}
"""Questions that the small market need not give rows to."""

of_each_file = pytest.mark.parametrize(
    "file", FILES, ids=lambda path: path.relative_to(COOKBOOK).with_suffix("").as_posix()
)


def name(file: Path) -> str:
    return file.relative_to(COOKBOOK).with_suffix("").as_posix()


def question(file: Path) -> str:
    return file.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")


@pytest.fixture
def marts(build: Any) -> Any:
    """The built marts by their plain names, as analysts meet them."""
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@of_each_file
def test_a_question_is_answered(marts: duckdb.DuckDBPyConnection, file: Path) -> None:
    query = _one_query(marts, file.read_text(encoding="utf-8"))
    rows = marts.execute(query).fetchall()
    assert rows or name(file) in NOTHING_TO_TELL


@of_each_file
def test_a_file_begins_with_its_question_and_says_what_to_mind(file: Path) -> None:
    first, second, *_ = file.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"-- [A-Z].+\?", first)
    assert second.startswith("-- "), "say units and caveats below the question"


def test_the_guide_lists_every_question_and_no_other() -> None:
    listed = re.findall(
        r"^\| (.+?) \| \[`(.+?)`\]", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted((question(file), name(file)) for file in FILES)


def test_no_question_is_asked_twice() -> None:
    questions = [question(file) for file in FILES]
    assert len(questions) >= 20
    assert len(set(questions)) == len(questions)


def test_what_was_known_then_differs_where_a_month_was_restated(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    path = COOKBOOK / "versions/market_as_known_then.sql"
    query = path.read_text(encoding="utf-8").replace(
        "accepted_at + interval 1 day", "timestamp '2025-10-01 12:00:00'"
    )
    months = {f"{row[1]:%Y-%m}": row[2:] for row in marts.execute(query).fetchall()}
    days_then, then, days_now, now = months["2025-08"]
    assert (days_then, then) == (days_now, now)
    days_then, then, days_now, now = months["2025-09"]
    assert (days_then, days_now) == (30, 30)
    assert (then, now) == (30 * 1980, 30 * 2060)


@pytest.fixture
def made() -> Any:
    """No marts but those that a test makes."""
    with duckdb.connect() as connection:
        yield connection


def asked(connection: duckdb.DuckDBPyConnection, file: str, *changes: str) -> list[Any]:
    query = (COOKBOOK / f"{file}.sql").read_text(encoding="utf-8")
    return connection.execute(query.replace(*changes) if changes else query).fetchall()


def test_what_was_known_then_counts_only_days_that_were_covered(made: Any) -> None:
    """China of the 2nd came a day later; on the 1st nothing is estimated; the 4th has no China."""
    made.execute("""
        create table fct_estimate_coverage as
        select country_code, covered_on, known_from_at, 'Appfigures' as vendor
        from (values
            ('ZZ', date '2025-07-01', timestamp '2025-07-02 06:00:00'),
            ('CN', date '2025-07-01', timestamp '2025-07-02 06:00:00'),
            ('ZZ', date '2025-07-02', timestamp '2025-07-02 06:00:00'),
            ('CN', date '2025-07-02', timestamp '2025-07-03 06:00:00'),
            ('ZZ', date '2025-07-03', timestamp '2025-07-02 06:00:00'),
            ('CN', date '2025-07-03', timestamp '2025-07-02 06:00:00'),
            ('US', date '2025-07-03', timestamp '2025-07-02 06:00:00'),
            ('ZZ', date '2025-07-04', timestamp '2025-07-02 06:00:00'),
            ('ZZ', date '2025-08-01', timestamp '2025-08-09 06:00:00'),
            ('CN', date '2025-08-01', timestamp '2025-08-09 06:00:00')
        ) as t (country_code, covered_on, known_from_at)
    """)
    made.execute("""
        create table fct_app_estimates_versions as
        select *, 'Appfigures' as vendor, 'net' as revenue_basis, false as is_vanished
        from (values
            ('ZZ', date '2025-07-02', 100.00, timestamp '2025-07-02 06:00:00', null),
            ('CN', date '2025-07-02', 10.00, timestamp '2025-07-03 06:00:00', null),
            ('ZZ', date '2025-07-03', 100, timestamp '2025-07-02 06:00:00', timestamp '2025-07-05'),
            ('ZZ', date '2025-07-03', 120.00, timestamp '2025-07-05 00:00:00', null),
            ('CN', date '2025-07-03', 10.00, timestamp '2025-07-02 06:00:00', null),
            ('US', date '2025-07-03', 40.00, timestamp '2025-07-02 06:00:00', null),
            ('ZZ', date '2025-07-04', 100.00, timestamp '2025-07-02 06:00:00', null),
            ('ZZ', date '2025-08-01', 100.00, timestamp '2025-08-09 06:00:00', null)
        ) as t (country_code, estimated_on, revenue_usd, known_from_at, known_to_at)
    """)
    instant = "accepted_at + interval 1 day", "timestamp '2025-07-02 12:00:00'"
    months = asked(made, "versions/market_as_known_then", *instant)
    assert [(f"{row[1]:%Y-%m}", *row[2:]) for row in months] == [
        ("2025-07", 2, 90, 3, 200),
        ("2025-08", 0, None, 1, 100),
    ]


def test_levels_are_of_the_watched_hashtags_of_the_newest_day(made: Any) -> None:
    made.execute("""
        create table dim_hashtag as
        select *, 'drama' as kind
        from (values ('1', true), ('2', false), ('3', true), ('4', true))
            as t (hashtag_id, is_watched)
    """)
    made.execute("""
        create table fct_hashtag_snapshots as
        select *, cast(as_of_at as date) as as_of_on, 1 as posts, 9 as views_all_time, 1 as rank,
            'tag ' || hashtag_id as hashtag_name
        from (values
            ('1', 'US', 7, timestamp '2025-07-02 06:00:00', 10),
            ('1', 'US', 7, timestamp '2025-07-02 18:00:00', 11),
            ('1', 'US', 30, timestamp '2025-07-02 18:00:00', 99),
            ('1', 'US', 7, timestamp '2025-07-01 18:00:00', 12),
            ('2', 'US', 7, timestamp '2025-07-02 18:00:00', 1000),
            ('3', 'US', 7, timestamp '2025-07-02 06:00:00', 20),
            ('4', 'US', 7, timestamp '2025-07-01 06:00:00', 30),
            ('3', 'ID', 7, timestamp '2025-06-30 06:00:00', null)
        ) as t (hashtag_id, country_code, window_days, as_of_at, views)
    """)
    levels = asked(made, "tiktok/hashtag_levels")
    assert [(row[0], row[1], row[5]) for row in levels] == [
        ("ID", "tag 3", None),
        ("US", "tag 3", 20),
        ("US", "tag 1", 11),
    ]
