"""What the tools answer, asked by the SDK's client within this process."""

from pathlib import Path
from shutil import rmtree
from typing import Any

import anyio
import pytest
from mcp import Client

from shortdrama.analysts.assistant import shelf
from shortdrama.analysts.assistant.ask import Desk, Limits
from shortdrama.analysts.assistant.server import make_server
from shortdrama.analysts.assistant.shelf import Shelf
from snapshots import Lake

pytestmark = pytest.mark.integration


class Session:
    """Asks a server of its own; an answer is a dictionary, a refusal its text under `error`."""

    def __init__(self, lake: Lake, folder: Path, pinned: str | None = None) -> None:
        self.folder = folder
        own = Shelf(lake.settings, folder, pinned)
        self.server = make_server(own, Desk(Limits()), lake.settings)

    def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return anyio.run(self._ask, tool, arguments)

    async def _ask(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        async with Client(self.server) as client:
            answer = await client.call_tool(tool, arguments)
        if answer.is_error:
            return {"error": answer.content[0].text}  # type: ignore[union-attr]
        assert answer.structured_content is not None
        return answer.structured_content


@pytest.fixture
def session(published: Lake, tmp_path: Path) -> Session:
    return Session(published, tmp_path / "session")


@pytest.fixture
def empty(lake: Lake, tmp_path: Path) -> tuple[Lake, Session]:
    return lake, Session(lake, tmp_path / "session")


REVENUE = "select revenue_usd from rpt_market_size_monthly where period_label = '2025-06'"


def test_every_answer_carries_snapshot_basis_and_the_sample_mark(
    session: Session, published: Lake
) -> None:
    newest = published.published[-1].snapshot_id
    for answer in (
        session("list_marts"),
        session("describe_mart", mart="dim_app"),
        session("query", sql="select 1"),
        session("list_snapshots"),
        session("diff_snapshots"),
        session("cookbook"),
        session("cookbook", name="market/regions"),
    ):
        assert answer["snapshot"] == newest
        assert answer["is_sample"] is True
        assert "SAMPLE" in answer["mark"]
        assert answer["basis"].startswith("money by vendor")


def test_marts_are_listed_and_described_with_units(session: Session) -> None:
    marts = {mart["mart"]: mart for mart in session("list_marts")["marts"]}
    assert marts["dim_app"]["rows"] == 1
    assert marts["dim_app"]["description"] == "What is dim_app? It's made up."
    described = session("describe_mart", mart="rpt_market_size_monthly")
    columns = {column["name"]: column for column in described["columns"]}
    assert columns["revenue_usd"]["description"] == "Revenue, US dollars."
    assert "`list_marts`" in session("describe_mart", mart="nosuch")["error"]


def test_a_question_is_answered_from_the_newest_snapshot_or_the_one_that_it_names(
    session: Session, published: Lake
) -> None:
    first = published.published[0].snapshot_id
    assert session("query", sql=REVENUE)["rows"] == [["269999969.34"]]
    assert session("query", sql=REVENUE, snapshot=first)["rows"] == [["89999989.78"]]
    assert session("query", sql=REVENUE, snapshot="2025-12-11")["snapshot"] == first
    assert "snapshot_changed_from" not in session("query", sql=REVENUE)


def test_a_newer_snapshot_is_noticed_and_told(empty: tuple[Lake, Session]) -> None:
    lake, session = empty
    old = lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    assert session("query", sql="from dim_app")["rows"] == [[1]]
    new = lake.publish("2025-12-11", {"dim_app": "select 2 as app_id"})
    answer = session("query", sql="from dim_app")
    assert (answer["snapshot"], answer["rows"]) == (new.snapshot_id, [[2]])
    assert answer["snapshot_changed_from"] == old.snapshot_id
    assert "snapshot_changed_from" not in session("query", sql="from dim_app")
    pinned = Session(lake, session.folder / "pinned", pinned=old.snapshot_id)
    assert pinned("query", sql="from dim_app")["rows"] == [[1]]


def test_an_empty_lake_and_a_missing_snapshot_are_told(
    empty: tuple[Lake, Session], published: Lake
) -> None:
    _, session = empty
    for tool, arguments in (
        ("list_marts", {}),
        ("query", {"sql": "select 1"}),
        ("list_snapshots", {}),
        ("cookbook", {}),
    ):
        assert "nothing is published yet" in session(tool, **arguments)["error"]
    for name in ("20250101T000000Z-00000000", "../../raw", "a/b", "2026-13-01", "a" * 2000):
        assert "no snapshot" in session("query", sql="select 1", snapshot=name)["error"]


def test_a_lake_that_is_away_is_told_without_its_address(
    published: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = published.settings.s3.model_copy(update={"endpoint_url": "http://127.0.0.1:9"})
    lake = Lake(published.settings.model_copy(update={"s3": s3}), published.store, tmp_path)
    told = Session(lake, tmp_path / "session")("list_marts")["error"]
    assert "the lake does not answer" in told
    assert "127.0.0.1" not in told


def test_two_snapshots_are_compared(session: Session, published: Lake) -> None:
    first, second, third = (manifest.snapshot_id for manifest in published.published)
    answer = session("diff_snapshots")
    assert (answer["compared_with"], answer["snapshot"]) == (second, third)
    (mart,) = answer["marts"]
    assert mart["mart"] == "rpt_market_size_monthly"
    assert session("diff_snapshots", before=first)["compared_with"] == first
    assert "no snapshot before" in session("diff_snapshots", after=first)["error"]


def test_the_cookbook_has_questions_and_their_queries(session: Session) -> None:
    questions = session("cookbook")["questions"]
    assert len(questions) >= 43
    recipe = session("cookbook", name="market/regions")
    assert recipe["question"] == "How do the regions compare?"
    assert recipe["sql"].startswith("with newest as (")
    assert "not a figure for the whole region" in recipe["watch_out"]
    assert "has no '../x'" in session("cookbook", name="../x")["error"]


def test_an_answer_that_is_not_complete_says_so(session: Session) -> None:
    notes = session("query", sql="from range(9)", max_rows=2)["notes"]
    assert notes == ["only the first 2 rows: filter or aggregate for the rest"]
    (cut,) = session("query", sql="select repeat('x', 9999)")["notes"]
    assert cut == "1 long values are cut, and marked so"
    assert "no mart" in session("query", sql="from '/etc/passwd'")["error"]
    assert "50000" in session("query", sql="x" * 60_000)["error"]


def test_of_many_snapshots_only_the_last_ones_asked_for_stay_on_this_machine(
    session: Session, published: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "KEPT", 1)
    for manifest in (published.published[0], published.published[1]):
        assert session("list_marts", snapshot=manifest.snapshot_id)["marts"]
        assert [path.name for path in session.folder.iterdir()] == [manifest.snapshot_id]


def test_a_copy_that_the_system_has_cleaned_away_is_fetched_again(session: Session) -> None:
    assert session("query", sql="from dim_app")["rows"]
    for gone in ("*/files/dim_app/*", "*/marts.duckdb"):
        (file,) = session.folder.glob(gone)
        file.unlink()
        assert session("query", sql="from dim_app")["rows"]
    rmtree(session.folder)
    assert session("query", sql="from dim_app")["rows"]


def test_the_tools_say_that_they_only_read(session: Session) -> None:
    async def listed() -> list[Any]:
        async with Client(session.server) as client:
            return (await client.list_tools()).tools

    tools = anyio.run(listed)
    assert {tool.name for tool in tools} == {
        "list_marts", "describe_mart", "query", "list_snapshots", "diff_snapshots", "cookbook",
    }  # fmt: skip
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert all(tool.description for tool in tools)
