"""Conditional formats of an XLS, by their records."""

import struct

import pytest

from shortdrama.sources.files.workbook import Area
from shortdrama.sources.files.xls_conditions import (
    CF,
    CONDFMT,
    HAS_FONT,
    HAS_NUMBER_FORMAT,
    changed_areas,
)

BLACK, RED, WHITE, UNSAID = 8, 10, 9, -1
AREAS = struct.pack("<2H4HH8H", 1, 0, 0, 0, 0, 0, 2, 11, 11, 5, 8, 20, 30, 0, 0)


def rule(flags: int, colour: int = UNSAID) -> tuple[int, bytes]:
    font = bytearray(118)
    struct.pack_into("<i", font, 80, colour)
    return CF, struct.pack("<2B2HIH", 1, 5, 0, 0, flags, 0) + bytes(font)


@pytest.mark.parametrize(
    ("one", "is_changed"),
    [
        (rule(HAS_NUMBER_FORMAT), True),
        (rule(HAS_FONT, WHITE), True),
        (rule(HAS_FONT, RED), False),
        (rule(HAS_FONT, BLACK), False),
        (rule(HAS_FONT), False),
        (rule(0), False),
    ],
    ids=["number_format", "white", "red", "black", "bold", "nothing"],
)
def test_areas_that_a_condition_shows_in_another_way(
    one: tuple[int, bytes], is_changed: bool
) -> None:
    found = changed_areas([(CONDFMT, AREAS), one])
    assert found == ([Area(11, 5, 11, 8), Area(20, 0, 30, 0)] if is_changed else [])


def test_a_rule_without_areas_changes_nothing() -> None:
    assert changed_areas([rule(HAS_NUMBER_FORMAT)]) == []
