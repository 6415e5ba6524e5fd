"""The database of an earlier Airflow is migrated by the stack's own first service, and back.

`fixtures/databases/airflow-3.1.7.sql.xz` was left by Airflow 3.1.7 (`airflow db migrate`, `pools
set appfigures 1`, twice `dags test` of a DAG with two tasks). 3.3 has a newer form of the database.
"""

import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest

from shortdrama.core.settings import REPOSITORY
from stack_stores import StackStores

DUMP = Path(__file__).parents[2] / "fixtures" / "databases" / "airflow-3.1.7.sql.xz"
OF_3_1 = "cc92b33c6709"
RUNS = "select dag_id, run_id, state from dag_run order by 2"
TASKS = "select task_id, run_id, state, try_number from task_instance order by 2, 1"
RESULTS = "select key, value from xcom order by 1, 2::text"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[StackStores]:
    stores = StackStores(tmp_path)
    try:
        stores.start_database()
        stores.sql("", file=lzma.decompress(DUMP.read_bytes()))
        yield stores
    finally:
        stores.close()


def history(stack: StackStores) -> list[str]:
    return [stack.sql(query) for query in (RUNS, TASKS, RESULTS)]


def version(stack: StackStores) -> str:
    return stack.sql("select version_num from alembic_version").strip()


@pytest.mark.integration
def test_the_runs_of_an_earlier_airflow_are_there_after_the_migration(stack: StackStores) -> None:
    before = history(stack)
    assert version(stack) == OF_3_1
    assert all("20250901T000000Z-abc" in text for text in before[2:])
    migrated = stack.airflow("airflow", "db", "migrate")
    assert migrated.returncode == 0, migrated.stderr[-2000:]
    assert version(stack) != OF_3_1
    assert history(stack) == before


@pytest.mark.stack
def test_an_upgrade_keeps_pools_and_has_a_way_back(stack: StackStores) -> None:
    before = history(stack)
    stack.sql("update slot_pool set slots = 3 where pool = 'appfigures'")
    init = stack.airflow("sh", str(REPOSITORY / "docker" / "airflow-init.sh"))
    assert init.returncode == 0, init.stderr[-2000:]
    pools = stack.sql("select pool, slots from slot_pool order by 1").split()
    assert "appfigures|3" in pools, "slots that a person has changed stay"
    assert history(stack) == before
    back = stack.airflow("airflow", "db", "downgrade", "--to-version", "3.1.7", "--yes")
    assert back.returncode == 0, back.stderr[-2000:]
    assert version(stack) == OF_3_1
    assert history(stack) == before
    again = stack.airflow("airflow", "db", "migrate")
    assert again.returncode == 0, again.stderr[-2000:]
    assert history(stack) == before
