"""A question in its own process: exact values, limits, and an end."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from copies import question, write_copy
from shortdrama.analysts.assistant.ask import (
    CELL,
    ENVIRONMENT,
    WORKER,
    Desk,
    Limits,
    QuestionRefused,
)
from shortdrama.analysts.assistant.worker import ANSWER_CHARACTERS, Answer

pytestmark = pytest.mark.integration

EXACT = {
    "1::integer": ("INTEGER", 1),
    "9007199254740992": ("BIGINT", 9007199254740992),
    "9007199254740993": ("BIGINT", "9007199254740993"),
    "(-9223372036854775808)::bigint": ("BIGINT", "-9223372036854775808"),
    "170141183460469231731687303715884105727": (
        "HUGEINT",
        "170141183460469231731687303715884105727",
    ),
    "95529989.50::decimal(18, 2)": ("DECIMAL(18,2)", "95529989.50"),
    "0.1::double": ("DOUBLE", 0.1),
    "1e300": ("DOUBLE", 1e300),
    "'nan'::double": ("DOUBLE", "nan"),
    "'-inf'::float": ("FLOAT", "-inf"),
    "true": ("BOOLEAN", True),
    "null::date": ("DATE", None),
    "date '2025-07-01'": ("DATE", "2025-07-01"),
    "date 'infinity'": ("DATE", "infinity"),
    "timestamp '290000-01-01 00:00:00.000001'": ("TIMESTAMP", "290000-01-01 00:00:00.000001"),
    "timestamptz '2025-07-01 02:00:00+02'": ("TIMESTAMP WITH TIME ZONE", "2025-07-01 00:00:00+00"),
    "interval 25 hours": ("INTERVAL", "25:00:00"),
    r"'\\x00\\xFF'::blob": ("BLOB", r"\\x00\\xFF"),
    "'短剧 🎬 \"\n'": ("VARCHAR", '短剧 🎬 "\n'),
    "''": ("VARCHAR", ""),
    "[1, null]": ("INTEGER[]", "[1, NULL]"),
    "{'a': 1.50}": ("STRUCT(a DECIMAL(3,2))", "{'a': 1.50}"),
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_copy(tmp_path_factory.mktemp("copy"), {"dim_app": "select 1 as app_id"})


def asked(views: Path, query: str, rows: int = 100, **limits: int) -> Answer:
    return Desk(Limits(**limits)).ask(query, views, rows)


def refused(views: Path, query: str, **limits: int) -> str:
    with pytest.raises(QuestionRefused) as found:
        asked(views, query, **limits)
    return str(found.value)


def test_every_value_stays_exact(views: Path) -> None:
    answer = asked(
        views, "select " + ", ".join(expression.replace("\\\\", "\\") for expression in EXACT)
    )
    found = zip(answer.columns, answer.rows[0], strict=True)
    assert [(column["type"], value) for column, value in found] == [
        (kind, value.replace("\\\\", "\\") if isinstance(value, str) else value)
        for kind, value in EXACT.values()
    ]


def test_rows_keep_their_order_and_are_limited(views: Path) -> None:
    query = "select i from range(5000) as t (i) order by i desc"
    answer = asked(views, query, rows=3)
    assert (answer.rows, answer.more_rows) == ([[4999], [4998], [4997]], True)
    assert len(asked(views, query, rows=10**9).rows) == Limits().rows
    exactly = asked(views, "from range(3)", rows=3)
    assert not exactly.more_rows


def test_columns_of_one_name_keep_their_places(views: Path) -> None:
    query = "select a.app_id, 1 + b.app_id as app_id from dim_app as a, dim_app as b -- the end;"
    answer = asked(views, query)
    assert [column["name"] for column in answer.columns] == ["app_id", "app_id"]
    assert answer.rows == [[1, 2]]


def test_long_values_are_cut_and_a_long_answer_ends(views: Path) -> None:
    answer = asked(views, f"select repeat('剧', {CELL + 1}) as a, repeat('x', {CELL}) as b")
    assert answer.rows == [["剧" * CELL + "… (cut)", "x" * CELL]]
    assert answer.cut_cells == 1
    long = asked(views, "select repeat('x', 2000) from range(1000)", rows=1000)
    assert long.more_rows
    assert len(long.rows) < 200


def test_many_columns_make_an_answer_no_longer(views: Path) -> None:
    nulls = "select " + ", ".join(["null"] * 3000)
    texts = "select " + ", ".join(["repeat('x', 2000)"] * 1000)
    for query in (f"select t.* from ({nulls}) as t, range(1000)", texts):
        answer = asked(views, query, rows=1000)
        assert answer.more_rows or answer.cut_cells
        assert len(json.dumps([answer.columns, answer.rows])) < 4 * ANSWER_CHARACTERS
    nested = "{'a': 1, 'b': 1}"
    for _ in range(13):
        nested = f"(select {{'a': s, 'b': s}} from (select {nested} as s))"
    assert "types of the columns" in refused(views, f"select {nested}")


@pytest.mark.parametrize("query", ["error(repeat('x', 9999999))", "repeat('x', 9999999)::integer"])
def test_an_error_is_told_in_few_words(views: Path, query: str) -> None:
    assert len(refused(views, f"select {query}")) < 3_000


@pytest.mark.parametrize(
    "query",
    [
        "with recursive n as (select 1 as i union all select i + 1 from n) select max(i) from n",
        "select count(*) from range(100000000000) as a, range(100000) as b",
    ],
)
def test_a_query_that_would_run_for_ever_is_ended(views: Path, query: str) -> None:
    started = time.monotonic()
    assert "ended after 1 seconds" in refused(views, query, seconds=1)
    assert time.monotonic() - started < 10


@pytest.mark.integration
@pytest.mark.parametrize(
    "query",
    [
        "select list(i) from range(1000000000) as t (i)",
        "select distinct hash(a.range, b.range) from range(9000) as a, range(9000) as b",
    ],
)
def test_a_query_that_needs_too_much_memory_is_refused_and_nothing_is_written(
    views: Path, query: str
) -> None:
    assert "memory" in refused(views, query, memory_mb=64, seconds=60)
    assert {path.name for path in views.parent.iterdir()} == {"files", "marts.duckdb"}


def test_what_the_parser_cannot_take_ends_only_its_own_process(views: Path) -> None:
    for query in ("(" * 100_000, "select " + "-" * 90_000 + "1", "select " + "(" * 20_000 + "1"):
        assert refused(views, query)
    assert asked(views, "from dim_app").rows == [[1]]


def test_errors_are_told_without_paths_of_the_machine(views: Path) -> None:
    assert "no mart 'nosuch'" in refused(views, "from nosuch")
    assert 'Referenced column "nosuch" not found' in refused(views, "select nosuch from dim_app")
    assert "Could not convert" in refused(views, "select cast('x' as integer)")
    (views.parent / "files" / "dim_app" / "0.parquet").rename(views.parent / "gone")
    try:
        assert str(views.parent) not in refused(views, "from dim_app")
    finally:
        (views.parent / "gone").rename(views.parent / "files" / "dim_app" / "0.parquet")


WRITES = """
import sys
from pathlib import Path
from shortdrama.analysts.assistant.worker import Question, limit_process

limit_process(Question("", "", [], 1, 1, 256, 20))
Path(sys.argv[1]).write_text("x")
"""


def test_the_system_lets_the_process_write_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITES, str(tmp_path / "file")],
        env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "File too large" in done.stderr
    assert (tmp_path / "file").read_bytes() == b""


def test_a_question_ends_even_if_nobody_waits_for_it_any_more(views: Path) -> None:
    waiting = replace(question(views, "select sleep_ms(1000000)"), seconds=1)
    done = subprocess.run(
        WORKER,
        input=json.dumps(asdict(waiting)),
        env=ENVIRONMENT,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == -signal.SIGALRM
