"""The documents hold to the repository: links, commands and queries that they name exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import typer
from typer.core import TyperGroup

from shortdrama.cli.main import app
from shortdrama.core.settings import REPOSITORY
from shortdrama.datasets import DATASETS

DOCUMENTS = [
    path
    for path in (
        REPOSITORY / "README.md",
        REPOSITORY / "CHANGELOG.md",
        *sorted((REPOSITORY / "docs").rglob("*.md")),
    )
    if path.exists()
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`]+)`")
MAKE = re.compile(r"^(?:\$ )?make (?:-s )?([a-z][a-z0-9-]*)", re.MULTILINE)
SHORTDRAMA = re.compile(r"^(?:\$ )?(?:\S*/)?shortdrama ([a-z][a-z-]*)(?: ([a-z]+))?", re.MULTILINE)
SQL_FENCE = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)

of_each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix()
)


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
        for title in HEADING.findall(document.read_text())
    }


def relative_links(document: Path) -> Iterator[tuple[Path, str]]:
    for link in LINK.findall(document.read_text()):
        if "://" not in link:
            target, _, anchor = link.partition("#")
            yield (document.parent / target if target else document), anchor


def code(document: Path) -> str:
    """What stands in fences and between backquotes: commands are looked for there, not in prose."""
    text = document.read_text()
    prose = FENCE.sub("", text)
    return "\n".join([*FENCE.findall(text), *INLINE_CODE.findall(prose)])


def commands(group: TyperGroup, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield prefix + name
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix}{name} ")


@of_each_document
def test_relative_links_lead_somewhere(document: Path) -> None:
    broken = [
        f"{target}#{anchor}"
        for target, anchor in relative_links(document)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert broken == []


@of_each_document
def test_make_targets_are_in_the_makefile(document: Path) -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert set(MAKE.findall(code(document))) <= set(targets)


@of_each_document
def test_commands_are_in_the_command_line(document: Path) -> None:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    known = set(commands(root))
    groups = {name.split()[0] for name in known if " " in name}
    # `backfill DATASET` is short for `backfill start DATASET`.
    short = {name.partition(".")[0]: "start" for name in DATASETS}
    named = {
        f"{command} {short.get(sub, sub)}" if command in groups else command
        for command, sub in SHORTDRAMA.findall(code(document))
    }
    assert named <= known


@of_each_document
def test_queries_are_one_statement_of_duckdb(document: Path) -> None:
    with duckdb.connect() as connection:
        for query in SQL_FENCE.findall(document.read_text()):
            statements = connection.extract_statements(query)
            assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]


def test_the_documents_name_commands_and_queries_at_all() -> None:
    text = "\n".join(code(document) for document in DOCUMENTS)
    assert "airflow-backfill" in MAKE.findall(text)
    assert ("inbox", "put") in SHORTDRAMA.findall(text)
    assert any(SQL_FENCE.findall(document.read_text()) for document in DOCUMENTS)
