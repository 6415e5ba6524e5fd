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

NOTHING_TO_TELL = {"apps/exits", "trust/universe"}
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
        "min(known_from_at) + interval 1 day", "timestamp '2025-10-01 12:00:00'"
    )
    months = {f"{row[1]:%Y-%m}": row[2:] for row in marts.execute(query).fetchall()}
    then, now = months["2025-08"]
    assert then == now
    then, now = months["2025-09"]
    assert then * 2060 == now * 1980  # a day's dollars before and after, but for their scale
