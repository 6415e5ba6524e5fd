"""Whatever has become of the private warehouse's file, the run that meets it ends in a good build.

For every damage a build runs with a few statements for dbt; `make raw-damage` does the same with
dbt itself. The table of what happens is generated into docs/operators.md:
`UPDATE_DOCS=1 pytest tests/unit/warehouse/build/test_damaged_warehouse.py` writes it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from damages import DAMAGES, THROWN_AWAY, break_a_fact, heals
from machines import Machine, held
from shortdrama.core.errors import BuildFailed
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.warehouse.build import build as building
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.warehouse_file import NoWarehouse, open_or_start_over

pytestmark = pytest.mark.integration

NOBODY = 65534
OPERATORS = REPOSITORY / "docs" / "operators.md"
TABLE = re.compile(r"(?<=<!-- warehouse damages: generated -->\n).*?(?=<!-- end -->)", re.DOTALL)
IN_WORDS = {
    "opened": "thrown away when it is opened",
    "in dbt": "thrown away in the middle of dbt's run",
    "on it goes": "nothing: the build goes on from what was finished",
    "gone": "nothing: the build makes another",
}
SEEN: dict[str, str] = {}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_warehouse_ends_in_a_good_build(machine: Machine, name: str) -> None:
    heals(machine, name)
    SEEN[name] = IN_WORDS[DAMAGES[name].shows]


def test_the_build_that_healed_has_one_outcome_and_it_succeeded(machine: Machine) -> None:
    machine.restore()
    today = machine.settings.clock.today()
    before = list(outcomes_of(machine.store, "build", today))
    break_a_fact(machine.path)
    machine.build()
    assert machine.build()[0] == "incremental: no month was touched", "it is good to build upon"
    after = outcomes_of(machine.store, "build", today)
    assert [outcome.status for outcome in after if outcome not in before] == ["succeeded"]


def test_a_build_that_fails_on_a_good_warehouse_throws_nothing_away(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of its error say "Corrupt" and "block" and "lock": that is not asked."""
    machine.restore()
    said: list[str] = []

    def fails(*_: object) -> None:
        raise BuildFailed("Corrupt database file: does not match stored checksum in b-lock 7")

    monkeypatch.setattr(building, "run_dbt", fails)
    with pytest.raises(BuildFailed, match="b-lock 7"):
        build(read_inputs(machine.store), machine.settings, machine.store, said.append)
    assert [line for line in said if line.startswith(THROWN_AWAY)] == []
    assert machine.path.exists()


def test_a_warehouse_that_breaks_again_is_not_built_for_ever(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.restore()
    runs = []

    def breaks(settings: Settings, *_: object) -> None:
        runs.append(settings)
        os.truncate(settings.warehouse_path, 5000)
        raise BuildFailed("dbt could not build the marts")

    monkeypatch.setattr(building, "run_dbt", breaks)
    with pytest.raises(BuildFailed):
        machine.build()
    assert len(runs) == 2


HOLDS = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the warehouse open."""
    machine.restore()
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(machine.path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_warehouse_that_another_process_has_open_is_let_alone_and_the_process_is_named(
    machine: Machine, holder: subprocess.Popen[str]
) -> None:
    before = machine.path.read_bytes()
    with pytest.raises(NoWarehouse, match=rf"somebody has .*PID {holder.pid}"):
        machine.build()
    assert machine.path.read_bytes() == before
    SEEN["another process has it open"] = "the run fails and names the process; nothing is lost"


def test_a_warehouse_that_this_process_has_open_with_other_settings_is_let_alone(
    machine: Machine,
) -> None:
    machine.restore()
    before = machine.path.read_bytes()
    with (
        duckdb.connect(str(machine.path), config={"threads": 1}),
        pytest.raises(NoWarehouse, match="somebody has the private warehouse open"),
    ):
        machine.build()
    assert machine.path.read_bytes() == before


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's rights; tests of somebody else have none anyway."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder(machine: Machine) -> Iterator[Path]:
    """A folder of nobody's with a good warehouse, where nobody may look for it."""
    folder = Path(tempfile.mkdtemp())
    path = folder / machine.path.name
    shutil.copy(machine.saved / machine.path.name, path)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.chown(path, NOBODY, NOBODY)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


@pytest.mark.parametrize("mode", [0o000, 0o400], ids=["none at all", "only to read"])
def test_without_rights_on_the_file_it_is_built_anew(
    machine: Machine, folder: Path, mode: int
) -> None:
    path = folder / machine.path.name
    path.chmod(mode)
    said: list[str] = []
    with as_nobody():
        open_or_start_over(path, said.append)
    assert said == [f'{THROWN_AWAY}IO Error: Cannot open file "{path}": Permission denied']
    elsewhere = machine.settings.warehouse_path
    machine.restore()
    shutil.copy(path, elsewhere)
    assert machine.build()[0].startswith("full refresh")
    assert held(elsewhere) == machine.right
    SEEN["no rights on the file"] = IN_WORDS["opened"]


@pytest.mark.parametrize("mode", [0o000, 0o500], ids=["none at all", "only to read"])
@pytest.mark.parametrize("is_good", [True, False], ids=["a good file", "a broken file"])
def test_without_rights_on_the_folder_the_error_says_which_to_give(
    machine: Machine, folder: Path, mode: int, is_good: bool
) -> None:
    path = folder / machine.path.name
    if not is_good:
        path.write_bytes(b"broken")
    before = path.read_bytes()
    folder.chmod(mode)
    with as_nobody(), pytest.raises(NoWarehouse, match=r"Permission denied.* Give the user"):
        open_or_start_over(path, print)
    assert path.read_bytes() == before
    SEEN["no rights on its folder"] = "the run fails and says which rights to give"


def test_a_file_where_the_folder_belongs_is_named(tmp_path: Path) -> None:
    (tmp_path / "warehouse").write_text("in the way")
    with pytest.raises(NoWarehouse, match=r"warehouse/market\.duckdb cannot be made"):
        open_or_start_over(tmp_path / "warehouse" / "market.duckdb", print)
    SEEN["a file where its folder belongs"] = "the run fails and names the path"


def test_the_table_of_damages_in_the_manual_is_true() -> None:
    if not DAMAGES.keys() < SEEN.keys():
        pytest.skip("only some of the damages were tried")
    lines = ["| what has become of `market.duckdb` | what the run does about it |", "|---|---|"]
    lines += [f"| {name} | {end} |" for name, end in SEEN.items()]
    table = "\n" + "\n".join(lines) + "\n\n"
    manual = OPERATORS.read_text()
    if os.environ.get("UPDATE_DOCS"):
        OPERATORS.write_text(TABLE.sub(lambda _: table, manual))
        manual = OPERATORS.read_text()
    assert TABLE.findall(manual) == [table], "write it again with UPDATE_DOCS=1"


@pytest.mark.parametrize("document", ['{"schema_version": 99}', "{}", "no JSON"])
def test_a_warehouse_whose_inputs_cannot_be_read_is_built_from_nothing(
    machine: Machine, document: str
) -> None:
    """A newer release has built here and was taken back."""
    machine.restore()
    with duckdb.connect(str(machine.path)) as warehouse:
        warehouse.execute("update built.inputs set document = ?", [document])
    assert "full refresh: the warehouse does not say what it was built from" in machine.build()
    assert held(machine.path) == machine.right


def test_only_files_of_duckdb_are_removed_with_a_damaged_warehouse(machine: Machine) -> None:
    machine.restore()
    copy = machine.path.with_name(f"{machine.path.name}.bak")
    shutil.copy(machine.path, copy)
    machine.path.with_name(f"{machine.path.name}.wal").write_bytes(b"of another")
    os.truncate(machine.path, 5000)
    machine.build()
    assert copy.exists()
    copy.unlink()
