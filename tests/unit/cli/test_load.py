"""What a person is told, and asked, before a load is taken out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from cited_loads import ESTIMATES, NOW, edition, enter, publish
from memory_store import MemoryStore
from shortdrama.cli import load as commands
from shortdrama.cli.main import app
from shortdrama.core.errors import DecisionRefused, UnknownLoad
from shortdrama.core.settings import Settings
from shortdrama.lake.ledger import LoadLedger

W39 = "weekly_brief/2025-W39"
Revoke = Callable[..., Any]


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The lake that the commands find: two loads of the same days, a snapshot and its edition."""
    store = MemoryStore()
    monkeypatch.setattr(commands, "open_store", lambda: store)
    monkeypatch.setattr(commands, "settings", lambda: Settings(frozen_clock=NOW))
    enter(store, "older-1")
    enter(store, "newer-1", day=2)
    publish(store, "s1", "older-1", "newer-1")
    edition(store, "2025-W39", "s1")
    return store


@pytest.fixture
def revoke(memory: MemoryStore) -> Revoke:
    """Runs `load revoke` as ada; its result."""

    def run(*arguments: str, because: str = "two countries were swapped", **more: Any) -> Any:
        command = ["load", "revoke", "--because", because, "--by", more.pop("by", "ada")]
        return CliRunner().invoke(app, [*command, *arguments], **more)

    return run


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "can_answer", lambda: True)


def counting(store: MemoryStore) -> list[str]:
    return [one.load_id for one in LoadLedger(store, ESTIMATES).accepted()]


TOLD = """\
appfigures.estimates 2025-09-01..2025-09-04, load newer-1
It decides 8 of the 8 slices that it covers. Without it 8 will be as older loads
said, and 0 will have no rows.
1 snapshot with it, also the current one.
1 edition made with it:
  weekly_brief/2025-W39
"""
DONE = """\
appfigures.estimates load newer-1 no longer counts
the next run of market_marts (at :30, or trigger it) publishes marts without it
Readers of these editions may have wrong figures. When the marts are published, look
at what has changed, and send it to them without --dry-run:
  shortdrama report correct weekly_brief/2025-W39 --because "…" --dry-run
"""


def test_a_script_is_told_what_follows_and_not_asked(revoke: Revoke, memory: MemoryStore) -> None:
    assert revoke("newer-1", "--yes").output == TOLD + DONE
    assert counting(memory) == ["older-1"]


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize(("answer", "left"), [("y\n", ["older-1"]), ("n\n", None), ("", None)])
def test_a_person_is_asked_and_may_say_no(
    revoke: Revoke, memory: MemoryStore, answer: str, left: list[str] | None
) -> None:
    result = revoke("newer-1", input=answer)
    assert result.output.startswith(TOLD + "Take it out? That is final. [y/N]:")
    assert result.exit_code == (0 if left else 1)
    assert counting(memory) == (left or ["older-1", "newer-1"])


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_where_nobody_can_answer_nothing_is_revoked(
    revoke: Revoke, memory: MemoryStore, arguments: tuple[str, ...]
) -> None:
    result = revoke("newer-1", *arguments)
    assert isinstance(result.exception, DecisionRefused)
    assert "--yes" in str(result.exception)
    assert counting(memory) == ["older-1", "newer-1"]


def test_what_would_follow_is_shown_without_doing_it(revoke: Revoke, memory: MemoryStore) -> None:
    assert revoke("newer-1", "--dry-run").output == TOLD + "nothing was revoked (--dry-run)\n"
    assert json.loads(revoke("newer-1", "--dry-run", "--json").output) == {
        "load_id": "newer-1",
        "dataset": ESTIMATES,
        "revoked": False,
        "effect": {"covered": 8, "decided": 8, "restored": {"older-1": 8}, "emptied": 0},
        "snapshots": ["s1"],
        "current": "s1",
        "editions": [{"edition": W39, "snapshot_id": "s1", "is_corrected": False}],
        "unreadable": [],
        "to_correct": [W39],
    }
    assert counting(memory) == ["older-1", "newer-1"]


def test_machines_get_one_document(revoke: Revoke, memory: MemoryStore) -> None:
    told = json.loads(revoke("newer-1", "--yes", "--json").output)
    assert (told["revoked"], told["to_correct"]) == (True, [W39])
    assert counting(memory) == ["older-1"]


def test_where_no_figure_changes_no_correction_is_due(revoke: Revoke) -> None:
    shown = revoke("older-1", "--yes").output
    assert "without it no figure changes" in " ".join(shown.split())
    assert "report correct" not in shown


@pytest.mark.usefixtures("at_a_terminal")
def test_an_edition_made_while_somebody_thought_is_named(
    revoke: Revoke, memory: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report was on its way: it binds the snapshot that has the load."""
    monkeypatch.setattr(
        commands.typer, "confirm", lambda *_, **__: edition(memory, "2025-W40", "s1")
    )
    assert "report correct weekly_brief/2025-W40" in revoke("newer-1").output


@pytest.mark.parametrize(
    ("more", "missing"),
    [({"because": " \t"}, "its reason"), ({"by": ""}, "the name"), ({"by": "  "}, "the name")],
)
def test_blanks_are_no_reason_and_no_name(
    revoke: Revoke, memory: MemoryStore, more: dict[str, str], missing: str
) -> None:
    result = revoke("newer-1", "--yes", **more)
    assert isinstance(result.exception, DecisionRefused)
    assert f"a decision needs {missing}" in str(result.exception)
    assert counting(memory) == ["older-1", "newer-1"]


def test_revoking_twice_is_an_error_also_for_the_same_person(revoke: Revoke) -> None:
    assert revoke("newer-1", "--yes").exit_code == 0
    again = revoke("newer-1", "--yes")
    assert isinstance(again.exception, DecisionRefused)
    assert "is revoked already, by ada on 2025-10-02 08:00 UTC" in str(again.exception)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("quarantined", "was never accepted: there is nothing to revoke"),
        ("staged", "belongs to backfill appfigures.estimates-1, which is decided as a whole"),
        ("discarded", "that is final"),
    ],
)
def test_a_load_that_does_not_count_is_refused_before_anything_is_said(
    revoke: Revoke, memory: MemoryStore, status: Any, why: str
) -> None:
    enter(memory, "odd", status)
    result = revoke("odd", "--yes")
    assert result.output == ""
    assert isinstance(result.exception, DecisionRefused)
    assert why in str(result.exception)


def test_a_part_of_an_id_names_the_loads_that_may_be_meant(
    revoke: Revoke, memory: MemoryStore
) -> None:
    result = revoke("newer", "--yes")
    assert isinstance(result.exception, UnknownLoad)
    assert str(result.exception) == (
        "no ledger has a load newer; give the whole id. With that begin newer-1"
        " (appfigures.estimates)"
    )
    assert counting(memory) == ["older-1", "newer-1"]


def test_a_damaged_edition_stops_nobody(revoke: Revoke, memory: MemoryStore) -> None:
    memory.put(f"reports/{W39}/edition.json", b"not JSON")
    result = revoke("newer-1", "--yes")
    assert "Not known: weekly_brief/2025-W39" in result.output
    assert counting(memory) == ["older-1"]
