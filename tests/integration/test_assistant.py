"""`shortdrama mcp` as an assistant runs it: a process of its own, asked by the SDK's client."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.publish.publish import publish

COMMAND = str(Path(sys.executable).with_name("shortdrama"))
SECONDS = 4
SIZES = """
    select '2025-07' as period_label, 'US' as geography, 'Appfigures' as vendor,
        'net' as revenue_basis, 95529989.58::decimal(18, 2) as revenue_usd,
        9007199254740993 as downloads
"""
REFUSED = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('{home}/settings.env')",
    "select * from read_blob('{home}/s3.json')",
    "from '{home}/settings.env'",
    "select * from glob('{home}/**')",
    "from read_parquet('s3://{bucket}/raw/**/*.parquet')",
    "from read_json('s3://{bucket}/ops/**/*.json')",
    "from read_csv('https://example.org/a.csv')",
    "select getenv('PATH')",
    "select current_setting('allowed_paths')",
    "from duckdb_settings()",
    "from duckdb_secrets()",
    "from query('from duckdb_settings()')",
    "copy dim_app to '{home}/stolen.csv'",
    "copy (select 1) to 's3://{bucket}/marts/current.json'",
    "export database '{home}/stolen'",
    "attach '{home}/stolen.duckdb' as stolen",
    "install httpfs",
    "load httpfs",
    "create secret s (type s3, key_id 'a', secret 'b')",
    "set enable_external_access = true",
    "pragma database_list",
    "create temp table kept as select 1",
    "create macro kept() as 1",
    "insert into dim_app values (2, 'x')",
    "drop view dim_app",
    "select 1; drop view dim_app",
    "prepare p as select 1",
]
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def published(lake: Settings, make_warehouse: Any) -> Settings:
    """Two snapshots."""
    store = ObjectStore.of(lake.s3)
    warehouse = make_warehouse(lake, store)
    for name in ("ReelShort", "DramaBox"):
        marts = {"dim_app": f"select 1 as app_id, '{name}' as app_name"}
        inputs = warehouse.build(name, {**marts, "rpt_market_size_monthly": SIZES})
        publish(inputs, lake, store, print)
    return lake


def in_a_session(asks: Callable[[Ask], Awaitable[None]]) -> None:
    async def session() -> None:
        server = StdioServerParameters(
            command=COMMAND,
            args=["mcp", "--seconds", str(SECONDS)],
            env={"SHORTDRAMA_HOME": os.environ["SHORTDRAMA_HOME"]},
        )
        async with Client(stdio_client(server)) as client:

            async def ask(tool: str, **arguments: Any) -> Any:
                answer = await client.call_tool(tool, arguments)
                text = answer.content[0].text  # type: ignore[union-attr]
                return text if answer.is_error else json.loads(text)

            await asks(ask)

    anyio.run(session)


@pytest.mark.integration
def test_an_assistant_asks_ten_questions_and_gets_nothing_else(published: Settings) -> None:
    async def asks(ask: Ask) -> None:
        newest = (await ask("list_snapshots"))["snapshots"][0]["snapshot_id"]
        answers = [
            await ask("list_marts"),
            await ask("describe_mart", mart="rpt_market_size_monthly"),
            await ask("cookbook"),
            await ask("cookbook", name="market/size_by_quarter"),
            await ask("diff_snapshots"),
            await ask("query", sql="select app_name from dim_app"),
            await ask("query", sql="select revenue_usd, downloads from rpt_market_size_monthly"),
            await ask("query", sql="select count(*) from dim_app as a, dim_app as b"),
            await ask("query", sql="summarize dim_app"),
        ]
        for answer in answers:
            assert (answer["snapshot"], answer["is_sample"]) == (newest, True)
            assert answer["basis"] == "money by vendor: Appfigures: net"
        assert [mart["mart"] for mart in answers[4]["marts"]] == ["dim_app"]
        assert answers[5]["rows"] == [["DramaBox"]]
        assert answers[6]["rows"] == [["95529989.58", "9007199254740993"]]
        places = {"home": os.environ["SHORTDRAMA_HOME"], "bucket": published.s3.bucket}
        for attempt in REFUSED:
            said = await ask("query", sql=attempt.format(**places))
            assert isinstance(said, str), f"{attempt} was answered: {said}"
            assert str(published.s3.access_key_id) not in said
        started = time.monotonic()
        endless = "with recursive n as (select 1 as i union all select i + 1 from n) from n"
        said = await ask("query", sql=f"select max(i) from ({endless})")
        assert "ended after" in said
        assert time.monotonic() - started < SECONDS + 5
        assert (await ask("query", sql="select 1"))["rows"] == [[1]]

    in_a_session(asks)
    assert not list(Path(os.environ["SHORTDRAMA_HOME"]).glob("stolen*"))


@pytest.mark.integration
def test_questions_at_the_same_time_are_all_answered(published: Settings) -> None:
    async def asks(ask: Ask) -> None:
        found: dict[int, Any] = {}

        async def one(number: int) -> None:
            found[number] = (await ask("query", sql=f"select {number}"))["rows"]

        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(one, number)
        assert found == {number: [[number]] for number in range(8)}

    in_a_session(asks)


def started(folder: Path, *calls: dict[str, Any]) -> subprocess.Popen[str]:
    """A server whose temporary files are in the folder, and to which these calls were sent."""
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        *({"id": 2 + n, "method": "tools/call", "params": call} for n, call in enumerate(calls)),
    ]
    process = subprocess.Popen(
        [COMMAND, "mcp"],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()
    return process


@pytest.mark.integration
def test_standard_output_has_only_the_protocol_and_nothing_is_left_behind(
    published: Settings, tmp_path: Path
) -> None:
    process = started(tmp_path, {"name": "list_marts", "arguments": {}})
    assert process.stdout is not None
    lines = [process.stdout.readline(), process.stdout.readline()]
    rest, told = process.communicate(timeout=30)
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert rest == ""
    assert "dim_app" in told, "what the copy says goes to standard error"
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.integration
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_ended_while_it_answers_ends_at_once_and_leaves_nothing_behind(
    published: Settings, tmp_path: Path, ending: signal.Signals
) -> None:
    question = {"name": "query", "arguments": {"sql": "select sleep_ms(1000000)"}}
    process = started(tmp_path, question)
    while not list(tmp_path.glob("*/*/manifest.json")):  # the copy is there; the question waits
        time.sleep(0.05)
    process.send_signal(ending)
    process.communicate(timeout=10)
    assert list(tmp_path.iterdir()) == []
