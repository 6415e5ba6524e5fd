"""What cites a load, also where a part of the archive is damaged or gone."""

import pytest

from cited_loads import ESTIMATES, edition, publish
from memory_store import MemoryStore
from shortdrama.lake import keys
from shortdrama.reports.archive.citing import Citations, CitingEdition, citations_of
from shortdrama.warehouse.snapshots.manifest import MANIFEST_FILE


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


def citations(store: MemoryStore) -> Citations:
    return citations_of("L1", ESTIMATES, store)


def test_before_the_first_snapshot_nothing_cites_a_load(memory: MemoryStore) -> None:
    assert citations(memory) == Citations()
    assert list(citations(memory).lines()) == ["No snapshot that is kept has it."]


def test_snapshots_and_editions_that_were_made_with_it_are_named(memory: MemoryStore) -> None:
    publish(memory, "s1", "L0")
    publish(memory, "s2", "L0", "L1")
    edition(memory, "2025-W38", "s1")
    edition(memory, "2025-W39", "s2")
    found = citations(memory)
    assert (found.snapshots, found.current) == (("s2",), "s2")
    assert found.uncorrected == ("weekly_brief/2025-W39",)
    assert list(found.lines()) == [
        "1 snapshot with it, also the current one.",
        "1 edition made with it:",
        "  weekly_brief/2025-W39",
    ]


def test_a_load_of_another_dataset_is_not_meant(memory: MemoryStore) -> None:
    publish(memory, "s1", "L1")
    assert citations_of("L1", "appfigures.ranks", memory) == Citations()


def test_after_a_rollback_readers_may_not_have_it(memory: MemoryStore) -> None:
    publish(memory, "s2", "L1")
    publish(memory, "s1")
    assert next(citations(memory).lines()) == "1 snapshot with it, but not the current one."


def test_an_edition_that_was_corrected_without_it_needs_no_other_correction(
    memory: MemoryStore,
) -> None:
    publish(memory, "s1", "L1")
    publish(memory, "s2", "L2")
    edition(memory, "2025-W39", "s1", "s2")
    found = citations(memory)
    assert found.uncorrected == ()
    assert found.editions == (
        CitingEdition(edition="weekly_brief/2025-W39", snapshot_id="s1", is_corrected=True),
    )
    assert "1 edition corrected without it already:" in list(found.lines())


def test_a_correction_that_was_made_with_it_is_to_be_corrected_again(memory: MemoryStore) -> None:
    publish(memory, "s1", "L0")
    publish(memory, "s2", "L1")
    edition(memory, "2025-W39", "s1", "s2")
    assert citations(memory).editions == (
        CitingEdition(edition="weekly_brief/2025-W39", snapshot_id="s2", is_corrected=False),
    )


@pytest.mark.parametrize("damage", ["damaged", "newer", "gone"])
def test_a_manifest_that_cannot_be_read_is_named_and_the_others_are_still_found(
    memory: MemoryStore, damage: str
) -> None:
    publish(memory, "s1", "L1")
    publish(memory, "s2", "L1")
    edition(memory, "2025-W38", "s1")
    edition(memory, "2025-W39", "s2")
    key = keys.snapshot("s1", MANIFEST_FILE)
    if damage == "gone":
        del memory.objects[key]
    else:
        memory.put(key, b"{" if damage == "damaged" else b'{"schema_version": 99}')
    found = citations(memory)
    assert found.snapshots == ("s2",)
    assert found.uncorrected == ("weekly_brief/2025-W39",)
    assert any(
        text == "weekly_brief/2025-W38: the manifest of its snapshot s1 is gone or cannot be read"
        for text in found.unreadable
    )


def test_an_edition_that_cannot_be_read_is_named(memory: MemoryStore) -> None:
    publish(memory, "s1", "L1")
    edition(memory, "2025-W38", "s1")
    edition(memory, "2025-W39", "s1")
    memory.put(keys.edition("weekly_brief/2025-W38"), b"not JSON")
    found = citations(memory)
    assert found.uncorrected == ("weekly_brief/2025-W39",)
    assert [text.split(":")[0] for text in found.unreadable] == ["weekly_brief/2025-W38"]
    assert any(line.startswith("Not known: weekly_brief/2025-W38") for line in found.lines())


def test_of_many_editions_the_newest_are_shown(memory: MemoryStore) -> None:
    publish(memory, "s1", "L1")
    for week in range(10, 25):
        edition(memory, f"2025-W{week}", "s1")
    lines = list(citations(memory).lines())
    assert lines[1] == "15 editions made with it:"
    assert lines[2] == "  weekly_brief/2025-W15"
    assert lines[-1] == "  and 5 more; --json names all"
