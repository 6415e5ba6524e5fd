import pytest

from shortdrama.universe.overrides import COLUMNS, OVERRIDES, problems

HEADER = ",".join(COLUMNS) + "\n"
GOOD = "exclude,ua_1,2025-07-01,,a reading app,Li\n"


def test_the_file_of_the_repository_is_in_order() -> None:
    with OVERRIDES.open(encoding="utf-8", newline="") as lines:
        assert problems(lines, None) == []


def test_good_decisions_pass() -> None:
    lines = [HEADER, GOOD, 'include,product:7,2025-01-01,2025-12-31,"drama, in 2025",Ana\n', "\n"]
    assert problems(lines, {"ua_1", "product:7"}) == []


DEFECTS = {
    "misspelt_decision": ("drop,ua_1,,,why,Li", "line 2, column decision: 'drop' is not one of"),
    "no_app": ("exclude,,,,why,Li", "line 2, column app_id: is empty"),
    "unknown_app": ("exclude,ua_9,,,why,Li", "line 2, column app_id: ua_9 is not an app of the"),
    "no_reason": ("exclude,ua_1,,, ,Li", "line 2, column reason: is empty"),
    "no_reviewer": ("exclude,ua_1,,,why,", "line 2, column reviewer: is empty"),
    "german_date": ("exclude,ua_1,01.07.2025,,why,Li", "line 2, column from_on: '01.07.2025' is"),
    "no_such_day": ("exclude,ua_1,,2025-02-30,why,Li", "line 2, column to_on: '2025-02-30' is"),
    "ends_before_it_starts": (
        "include,ua_1,2025-07-02,2025-07-01,why,Li",
        "line 2, column to_on: 2025-07-01 is before from_on 2025-07-02",
    ),
    "excluded_in_the_middle": (
        "exclude,ua_1,2025-07-01,2025-07-31,why,Li",
        "line 2, column to_on: an exclusion between two days",
    ),
    "comma_in_reason": ("exclude,ua_1,,,because, of this,Li", "line 2: 7 cells instead of 6"),
    "decided_twice": (GOOD + GOOD, "line 3, column app_id: ua_1 was decided on line 2 already"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_named_by_line_and_column(defect: str) -> None:
    text, told = DEFECTS[defect]
    (found,) = problems([HEADER, *text.splitlines()], {"ua_1"})
    assert found.startswith(told)


def test_another_header_is_all_that_is_said() -> None:
    (found,) = problems(["app_id,decision\n", "x,y\n"], None)
    assert found.startswith("line 1: the columns should be decision,app_id")
