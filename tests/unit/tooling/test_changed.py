"""Which tests `make check` runs."""

from pathlib import Path

import pytest

from changed import mirror_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("warehouse/build/test_touched.py", "gates/test_suites.py", "local/embedded/x.py"):
        path = tmp_path / "tests" / "unit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        (
            ["include/shortdrama/warehouse/build/touched.py"],
            ["tests/unit/warehouse/build/test_touched.py"],
        ),
        (["include/shortdrama/warehouse/build/dbt.py"], ["tests/unit/warehouse/build"]),
        (["include/shortdrama/warehouse/publish/export.py"], ["tests/unit/warehouse"]),
        (["include/shortdrama_local/embedded/store.py"], ["tests/unit/local/embedded"]),
        (["tests/unit/gates/test_suites.py"], ["tests/unit/gates/test_suites.py"]),
        (["tests/unit/gates/conftest.py"], ["tests/unit/gates"]),
        (["tests/unit/gates/corpus/minis.catalog.toml"], ["tests/unit/gates"]),
        (["tests/unit/gates/test_suites.py", "expectations/x.json"], ["tests/unit/gates"]),
        (["dbt_project/models/x.sql", "dags/x.py"], ["tests/dags", "tests/unit/dbt"]),
        (["Dockerfile", "docker-compose.yml", "docker/x.sh"], ["tests/unit/compose"]),
        (["README.md", "requirements.txt"], []),
    ],
)
def test_what_changed_is_tested_by_its_mirror(tree: Path, changed: list, tests: list) -> None:
    assert mirror_of(changed, tree) == tests
