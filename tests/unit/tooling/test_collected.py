"""Every file of tests is collected: pytest's own list of folders to pass over has `build`."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]


def test_no_folder_of_tests_has_a_name_that_pytest_passes_over(pytestconfig: pytest.Config) -> None:
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {
        name for file in TESTS.rglob("test_*.py") for name in file.relative_to(TESTS).parts[:-1]
    }
    assert {"unit", "build"} <= folders
    assert [name for name in folders if any(fnmatch(name, one) for one in passed_over)] == []
