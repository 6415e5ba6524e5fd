"""`shortdrama sql`: what it answers, how it refuses, and the shell."""

import json
import os
import pty
import re
import signal
import subprocess
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from shortdrama.analysts import shell
from shortdrama.cli.main import app
from shortdrama.core.errors import Failure
from shortdrama.core.settings import REPOSITORY, settings
from shortdrama_local.embedded.service import tool

ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
BUSY_SECONDS = 8.0
"""More processor time than the command needs until the query runs; its threads add up."""
APPS = "select 1 as app_id"
JULY = "select revenue_usd from rpt_market_size_monthly where period_label = '2025-07'"


def sql(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["sql", *arguments], input=stdin)


def said(*arguments: str, stdin: str | None = None) -> str:
    result = sql(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.exception or result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = sql(*arguments)
    assert isinstance(result.exception, Failure), result.output
    return str(result.exception)


def test_a_query_is_answered_from_the_current_snapshot(published: Any) -> None:
    assert said(JULY, "--format", "csv") == "revenue_usd\n286589970.84\n"


def test_json_has_exact_decimals_and_the_order_that_was_asked_for(published: Any) -> None:
    query = "select revenue_usd from rpt_market_size_monthly order by period_label desc"
    rows = json.loads(said(query, "--format", "json"), parse_float=Decimal)
    assert rows == [
        {"revenue_usd": Decimal("286589970.84")},
        {"revenue_usd": Decimal("269999969.34")},
    ]


def test_a_query_may_come_from_a_file_or_from_standard_input(
    published: Any, tmp_path: Path
) -> None:
    file = tmp_path / "query.sql"
    file.write_text(f"-- 七月; July?\n{JULY} ;;\n-- the end;\n")
    assert said("--file", str(file), "--format", "csv") == "revenue_usd\n286589970.84\n"
    assert said("--format", "csv", stdin=file.read_text()) == "revenue_usd\n286589970.84\n"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_query_in_another_encoding_is_refused_without_a_traceback(
    published: Any, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "query.sql"
    file.write_bytes("select '短剧'".encode(encoding))
    for result in (
        sql("--file", str(file)),
        CliRunner().invoke(app, ["sql"], input=file.read_bytes()),
    ):
        assert result.exit_code == 2
        assert "not UTF-8" in result.output


def test_only_a_file_is_written_over_and_a_link_to_it_stays(published: Any, tmp_path: Path) -> None:
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "file"))
    os.mkfifo(pipe)
    link.symlink_to(file)
    assert "is no file" in refused(JULY, "--format", "csv", "--output", str(pipe))
    assert pipe.is_fifo()
    for _ in range(2):
        said(JULY, "--format", "csv", "--output", str(link))
        assert link.is_symlink()
        assert file.read_text() == "revenue_usd\n286589970.84\n"


def test_parquet_is_a_file_with_the_types_of_the_mart(published: Any, tmp_path: Path) -> None:
    out = tmp_path / "july.parquet"
    assert said(JULY, "--format", "parquet", "--output", str(out)) == ""
    with duckdb.connect() as connection:
        answered = connection.execute(f"from '{out}'").fetchall()
        described = connection.execute(f"describe from '{out}'").fetchall()
    assert answered == [(Decimal("286589970.84"),)]
    assert described[0][1].startswith("DECIMAL")
    assert list(tmp_path.glob(".*")) == []


def test_a_query_that_breaks_leaves_no_file_and_keeps_the_old_one(
    published: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("of yesterday\n")
    query = "select cast(period_label as int) as number from rpt_market_size_monthly"
    assert "Could not convert" in refused(query, "--format", "csv", "--output", str(out))
    assert out.read_text() == "of yesterday\n"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.csv"]


@pytest.mark.parametrize("query", ["show tables", "describe dim_app", "summarize dim_app"])
def test_what_describes_is_answered_too(published: Any, query: str) -> None:
    assert said(query)
    assert said(query, "--format", "csv").count("\n") >= 2


def test_a_pivot_is_a_query(published: Any) -> None:
    query = (
        "pivot rpt_market_size_monthly on period_label using sum(revenue_usd) group by geography"
    )
    assert said(query, "--format", "csv").splitlines()[0] == "geography,2025-06,2025-07"


@pytest.mark.parametrize("output", ["table", "csv"])
def test_a_query_that_writes_is_refused(published: Any, tmp_path: Path, output: str) -> None:
    file = tmp_path / "written"
    assert "only reads" in refused(f"copy dim_app to '{file}'", "--format", output)
    assert not file.exists()


@pytest.mark.parametrize(
    ("wanted", "scale"),
    [("2025-12-10", 1), ("2025-12-11", 1), ("2025-12-12", 3), ("2026-03-01", 3)],
)
def test_a_day_names_the_snapshot_that_was_current_when_it_ended(
    published: Any, wanted: str, scale: int
) -> None:
    expected = Decimal("95529990.28") * scale
    assert said(JULY, "--format", "csv", "--snapshot", wanted) == f"revenue_usd\n{expected}\n"


def test_an_id_names_its_snapshot(published: Any) -> None:
    second = published.published[1].snapshot_id
    assert said(JULY, "--format", "csv", "--snapshot", second) == "revenue_usd\n191059980.56\n"


def test_a_snapshot_that_is_not_there_is_said_so(published: Any) -> None:
    assert "no snapshot '20200101T000000Z-0'" in refused(
        "select 1", "--snapshot", "20200101T000000Z-0"
    )
    said_of_day = refused("select 1", "--snapshot", "2025-12-09")
    assert "no kept snapshot was current when 2025-12-09 ended" in said_of_day
    assert published.published[0].snapshot_id in said_of_day


def test_a_day_finds_what_is_kept_when_older_snapshots_are_gone(lake: Any) -> None:
    first, second = (
        lake.publish(f"2025-12-{day}", {"dim_app": APPS}).snapshot_id for day in (10, 12)
    )
    lake.store.delete(f"marts/snapshots/{first}/manifest.json")
    assert second in refused("select 1", "--snapshot", "2025-12-10")


def test_an_empty_lake_says_what_to_do(lake: Any) -> None:
    assert "market_marts" in refused("select 1")
    assert "market_marts" in refused("select 1", "--snapshot", "2025-12-10")


def test_without_keys_it_says_where_they_come_from(
    published: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SHORTDRAMA_S3__ACCESS_KEY_ID")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    settings.cache_clear()
    assert "SHORTDRAMA_S3__ACCESS_KEY_ID" in refused("select 1")


def test_without_the_extension_it_says_what_to_install(
    published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortdrama.lake.duck.find_spec", lambda _: None)
    assert "pip install duckdb-extension-httpfs==" in refused("select 1")


def test_without_the_shell_it_says_what_to_install(
    published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortdrama.analysts.shell.find_spec", lambda _: None)
    with pytest.raises(Failure, match=r"pip install duckdb-cli=="):
        shell.open_shell(settings(), None, print)


def test_a_snapshot_whose_views_are_gone_is_a_failure_and_no_traceback(lake: Any) -> None:
    current = lake.publish("2025-12-10", {"dim_app": APPS}).snapshot_id
    lake.store.delete(f"marts/snapshots/{current}/marts.duckdb")
    assert f"snapshot {current}" in refused("select 1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("select 1", "--format", "parquet"),
        ("select 1", "--output", "x.csv"),
        ("select 1", "--file", __file__),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(arguments: tuple[str, ...]) -> None:
    assert sql(*arguments).exit_code == 2


@pytest.fixture
def in_shell(published: Any, tmp_path: Path) -> Callable[..., str]:
    """What a terminal shows of a session, with a `.duckdbrc` that would break it."""
    (tmp_path / ".duckdbrc").write_text("select broken from nowhere;\n.mode trash\n")

    def run(*lines: str) -> str:
        leader, follower = pty.openpty()
        environment = os.environ | {"HOME": str(tmp_path), "TERM": "dumb", "COLUMNS": "80"}
        process = subprocess.Popen(
            [tool("shortdrama"), "sql"],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=environment,
            start_new_session=True,
        )
        os.close(follower)
        termios.tcsetwinsize(leader, (24, 80))
        seen = ""
        for number, line in enumerate([*lines, ".quit"], start=1):
            # Not before it asks: what is typed ahead is lost when it takes the terminal over.
            while seen.count("marts> ") < number:
                seen += os.read(leader, 65536).decode(errors="replace")
            os.write(leader, f"{line}\n".encode())
        with suppress(OSError):  # the other end is closed
            while chunk := os.read(leader, 65536):
                seen += chunk.decode(errors="replace")
        process.wait(timeout=30)
        return seen

    return run


@pytest.mark.integration
def test_the_shell_greets_and_answers(published: Any, in_shell: Callable[..., str]) -> None:
    seen = in_shell(f"{JULY};")
    assert "Short-drama marts: SAMPLE data" in seen
    assert f"Snapshot {published.published[-1].snapshot_id}, published" in seen
    assert "dbt_project/analyses" in seen
    assert "286589970.84" in seen
    assert "broken" not in seen


@pytest.mark.integration
def test_nothing_of_the_shell_is_wider_than_the_screen(in_shell: Callable[..., str]) -> None:
    seen = in_shell("from rpt_market_size_monthly;", "show tables;", "describe dim_app;")
    assert "┌" in seen
    lines = ANSI.sub("", seen).splitlines()
    # DuckDB's own hint, where a terminal does not tell its colours.
    assert [line for line in lines if cell_len(line) > 80 and "-light-mode" not in line] == []


@pytest.mark.integration
def test_a_long_table_goes_through_the_pager_of_a_person(published: Any, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\ncat > {tmp_path}/paged\n")
    pager.chmod(0o755)
    for rows in (5, 100):
        leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, (24, 80))
        subprocess.run(
            [tool("shortdrama"), "sql", f"from range({rows})"],
            stdin=follower, stdout=follower, stderr=follower, check=True,
            env={name: v for name, v in os.environ.items() if name not in ("LINES", "COLUMNS")}
            | {"PAGER": str(pager), "TERM": "xterm"},
        )  # fmt: skip
        os.close(follower)
        os.close(leader)
        assert (tmp_path / "paged").exists() is (rows == 100)
    assert len((tmp_path / "paged").read_text().splitlines()) == 102


@pytest.mark.integration
@pytest.mark.parametrize("output_format", ["table", "csv"])
def test_ctrl_c_ends_a_query_without_a_traceback(published: Any, output_format: str) -> None:
    query = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"
    process = subprocess.Popen(
        [tool("shortdrama"), "sql", query, "--format", output_format],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A test's parent may ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while process.poll() is None and _cpu_seconds(process.pid) < BUSY_SECONDS:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert printed.strip() == "the query was stopped; nothing was written"


def _cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@pytest.mark.parametrize(
    "query",
    [
        """select 'it''s', "a column", `b` from t where x = '$HOME' and y = '$$' -- 100% #1""",
        "-- why\nselect 1;\nselect '短剧\\n'",
        "select '$(shell touch made)', '`touch made`'",
        "--version",
    ],
)
def test_make_sql_hands_a_query_on_as_it_was_typed(query: str, tmp_path: Path) -> None:
    program = tmp_path / "shortdrama"
    program.write_text('#!/bin/sh\nfor last; do :; done; printf %s "$last"\n')
    program.chmod(0o755)
    ran = subprocess.run(
        ["make", "--silent", "-f", str(REPOSITORY / "Makefile"), "READY=", f"BIN={tmp_path}",
         "sql", f"Q={query}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert ran.stdout == query
    assert not (tmp_path / "made").exists()


@pytest.mark.integration
def test_the_shell_cannot_change_the_snapshot_and_goes_on(in_shell: Callable[..., str]) -> None:
    seen = in_shell("drop view dim_app;", "select 'still ' || count(*) as apps from dim_app;")
    assert "read-only" in seen
    assert "still 1" in seen


def test_the_shell_holds_no_key_but_in_its_environment(
    published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`secret` is the key of the tests' lake."""
    started: list[Any] = []
    monkeypatch.setattr("os.execve", lambda *call: started.append(call))
    shell.open_shell(settings(), None, lambda _: None)
    [(_, command, environment)] = started
    script = Path(command[2]).read_text()
    assert environment[shell.SECRET] == "secret"
    assert "'secret'" not in script
    assert f"getenv('{shell.SECRET}')" in script
    assert not any("secret" in word for word in command)
