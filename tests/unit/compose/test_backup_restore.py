"""`make stack-backup` and `make stack-restore`, with a real SeaweedFS and a real PostgreSQL.

The lake and the database are those that release 0.4.0 left on one machine (`tests/keep_home.py`).
"""

import json
import lzma
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from shortdrama.core.settings import S3Settings
from shortdrama.lake import backup
from shortdrama.lake.store import ObjectStore
from stack_stores import APART, StackStores

pytestmark = pytest.mark.integration
KEPT = Path(__file__).parents[2] / "fixtures" / "homes" / "0.4.0"

LOOK = """
import json
from shortdrama.core.settings import settings
from shortdrama.health.loads import accepted_loads
from shortdrama.lake.sends import read_sends
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery import ledger
from shortdrama.warehouse.publish.published_files import is_whole, whole_files
from shortdrama.warehouse.snapshots.manifest import read_manifest
from shortdrama.warehouse.snapshots.read import connect

store = ObjectStore.of(settings().s3)
manifest = read_manifest(store)
loads = accepted_loads(store)
sends = read_sends(store, "weekly_brief/2025-W39").values()
with connect(settings()) as connection:
    rows = connection.execute("select count(*) from fct_app_estimates_daily").fetchone()[0]
print(json.dumps({
    "loads": len(loads.etags), "damaged": len(loads.damaged),
    "whole": is_whole(manifest, whole_files(manifest, store), store),
    "rows": rows, "stated": sum(f.rows for f in manifest.marts["fct_app_estimates_daily"]),
    "sends": [[one.recipient, ledger.may_claim(one)] for one in sends],
    "etags": dict(store.etags("")),
}))
"""

LARGE = """
from pathlib import Path
from shortdrama.core.settings import settings
from shortdrama.lake.store import ObjectStore
body = bytes(range(256)) * 40_000
path = Path("{folder}") / "large"
path.write_bytes(body)
store = ObjectStore.of(settings().s3)
store.upload(path, "inbox/minis/in parts 短剧.csv")
store.put("inbox/minis/whole.csv", body)
"""
"""Two objects of 10 MB, written in both ways, which give other ETags."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackStores]:
    if subprocess.run([*APART, "ip", "link"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this user may not make a network namespace")
    stores = StackStores(tmp_path_factory.mktemp("s"))
    try:
        stores.start()
        yield stores
    finally:
        stores.close()


@pytest.fixture(scope="module")
def home(s3_module: S3Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The back-up of a single machine's lake, and the ETags that it had."""
    store = ObjectStore.of(s3_module.model_copy(update={"bucket": "shortdrama"}))
    store.ensure_bucket()
    with tarfile.open(KEPT / "lake.tar.xz") as archive:
        for entry in archive:
            body = archive.extractfile(entry)
            assert body is not None
            store.put(entry.name, body.read())
    folder = tmp_path_factory.mktemp("home")
    backup.back_up(store, folder, "home")
    return folder, dict(store.etags(""))


def runs_of(stack: StackStores) -> str:
    return stack.sql("select dag_id, run_id, state from dag_run order by 1, 2")


def looked(stack: StackStores) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stack.python(LOOK))
    return found


def test_a_machines_lake_is_moved_into_the_stack(
    stack: StackStores, home: tuple[Path, Any]
) -> None:
    folder, etags = home
    moved = stack.script("restore.sh", folder, "--lake")
    assert moved.returncode == 0, moved.stderr
    assert stack.calls[:2] == ["compose down", "compose up --wait postgres seaweedfs"]
    found = looked(stack)
    assert found["etags"] == etags
    assert (found["damaged"], found["whole"]) == (0, True)
    assert found["loads"] > 0
    assert found["rows"] == found["stated"] > 0
    assert [may for _, may in found["sends"]] == [False, False], "nobody is mailed twice"


def test_the_database_is_copied_before_the_lake(stack: StackStores, tmp_path: Path) -> None:
    stack.sql("", file=lzma.decompress((KEPT / "airflow.sql.xz").read_bytes()))
    before = len(stack.calls)
    done = stack.script("backup.sh", tmp_path)
    assert done.returncode == 0, done.stderr
    assert [call.split()[1] for call in stack.calls[before:]] == ["exec", "run"]
    kinds = sorted(path.name.partition(".")[2] for path in tmp_path.iterdir() if path.is_file())
    assert kinds == ["airflow.dump", "airflow.dump.sha256", "lake.json"]
    assert "has the back-up" in done.stdout
    sleep(1)  # names are seconds
    assert stack.script("backup.sh", tmp_path, 1).returncode == 0
    assert len(list(tmp_path.glob("*.airflow.dump"))) == 1


@pytest.fixture(scope="module")
def kept(stack: StackStores, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A back-up of the stack; it needs the tests above."""
    folder = tmp_path_factory.mktemp("kept")
    stack.python(LARGE.format(folder=folder.parent))
    assert stack.script("backup.sh", folder).returncode == 0
    return folder


def test_a_lost_metadata_database_is_there_again(stack: StackStores, kept: Path) -> None:
    runs = runs_of(stack)
    assert runs
    stack.lose_the_database()
    done = stack.script("restore.sh", kept, "--database")
    assert done.returncode == 0, done.stderr
    assert runs_of(stack) == runs
    assert not any(call.startswith("compose run") for call in stack.calls[-4:]), "the lake stays"


def test_all_is_lost_and_there_again(stack: StackStores, kept: Path) -> None:
    runs, before = runs_of(stack), looked(stack)
    assert "-" in before["etags"]["inbox/minis/in parts 短剧.csv"]
    stack.lose_the_database()
    stack.python(
        "from shortdrama.core.settings import settings\n"
        "from shortdrama.lake.store import ObjectStore\n"
        "store = ObjectStore.of(settings().s3)\n"
        "[store.delete(key) for key in list(store.list(''))]"
    )
    done = stack.script("restore.sh", kept)
    assert done.returncode == 0, done.stderr
    assert (runs_of(stack), looked(stack)) == (runs, before)


def test_a_stack_in_use_is_not_overwritten_unless_it_is_asked_for(
    stack: StackStores, kept: Path
) -> None:
    stack.sql("update dag_run set state = 'failed'")
    refused = stack.script("restore.sh", kept)
    assert refused.returncode == 1
    assert "tables; nothing was changed. With --replace they are lost" in refused.stderr
    assert "success" not in runs_of(stack)
    replaced = stack.script("restore.sh", kept, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert "failed" not in runs_of(stack)


def test_a_damaged_dump_changes_nothing(stack: StackStores, kept: Path) -> None:
    runs = runs_of(stack)
    (dump,) = kept.glob("*.airflow.dump")
    body = dump.read_bytes()
    dump.write_bytes(body[:-1])
    before = len(stack.calls)
    refused = stack.script("restore.sh", kept, "--replace")
    assert "has other bytes than were written; nothing was changed" in refused.stderr
    # A dump that is whole, but not one that can be restored.
    dump.write_bytes(body[: len(body) // 2])
    subprocess.run(f"sha256sum {dump.name} > {dump.name}.sha256", shell=True, cwd=kept, check=True)  # noqa: S602
    assert len(stack.calls) == before, "not even the stack was stopped"
    stack.lose_the_database()
    failed = stack.script("restore.sh", kept, "--database")
    assert "it is as it was before" in failed.stderr
    assert stack.sql("select count(*) from pg_tables where schemaname = 'public'").strip() == "0"
    dump.write_bytes(body)
    subprocess.run(f"sha256sum {dump.name} > {dump.name}.sha256", shell=True, cwd=kept, check=True)  # noqa: S602
    assert stack.script("restore.sh", kept, "--database").returncode == 0
    assert runs_of(stack) == runs


def test_a_backup_that_fails_looks_like_none(stack: StackStores, tmp_path: Path) -> None:
    (stack.folder / "broken").touch()
    try:
        failed = stack.script("backup.sh", tmp_path)
    finally:
        (stack.folder / "broken").unlink()
    assert failed.returncode == 1
    assert "no back-up was made" in failed.stderr
    assert list(tmp_path.iterdir()) == []
    nothing = stack.script("restore.sh", tmp_path)
    assert "has no finished back-up" in nothing.stderr


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh"])
def test_without_a_folder_it_says_how_it_is_called(stack: StackStores, script: str) -> None:
    ran = stack.script(script, "")
    assert ran.returncode == 1
    assert f"make stack-{script.removesuffix('.sh')} " in ran.stderr
