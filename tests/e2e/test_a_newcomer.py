"""A newcomer's ten minutes, and the whole cookbook, on the lake that the demo leaves.

Before the other tests of the stack: these only read. `UPDATE_DOCS=1` writes the answers into
docs/analysts.md.
"""

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.settings import DBT_PROJECT, REPOSITORY

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

GUIDE = REPOSITORY / "docs" / "analysts.md"
SECTION = re.compile(r"(?<=## Ten minutes\n).*?(?=\n## )", re.DOTALL)
BLOCK = re.compile(r"```console\n.*?```\n", re.DOTALL)
QUESTIONS = sorted((DBT_PROJECT / "analyses").rglob("*.sql"))


def asked(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.exception or result.output
    return result.stdout


def answered(block: re.Match[str]) -> str:
    """A block of the guide with the answers of this lake."""
    commands = [line for line in block[0].splitlines() if line.startswith("$ ")]
    parts = [f"{line}\n{asked(*shlex.split(line)[2:])}" for line in commands]
    return "```console\n" + "".join(parts) + "```\n"


def test_a_newcomer_gets_the_answers_of_the_guide(stack: Any) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    section = SECTION.search(text)
    assert section is not None
    now = BLOCK.sub(answered, section[0])
    if os.environ.get("UPDATE_DOCS"):
        GUIDE.write_text(text.replace(section[0], now), encoding="utf-8")
    assert now in GUIDE.read_text(encoding="utf-8")
    assert now.count("\n$ shortdrama sql") == 10


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_every_question_of_the_cookbook_has_an_answer(stack: Any, question: Path) -> None:
    lines = asked("sql", "--file", str(question), "--format", "csv").splitlines()
    assert len(lines) > 1


def test_the_cookbook_is_as_large_as_it_says() -> None:
    assert len(QUESTIONS) >= 43
