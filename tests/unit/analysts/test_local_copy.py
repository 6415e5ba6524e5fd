"""`shortdrama pull-marts`: a copy that is whole or not there."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from shortdrama.analysts.local_copy import LocalCopy, PullFailed, pull_marts
from shortdrama.cli.main import app
from shortdrama.lake.store import ObjectStore

FIRST = {"dim_app": "select 1 as app_id", "fct_days": "select 1 as day"}


@pytest.fixture
def pull(lake: Any, tmp_path: Path) -> Callable[..., LocalCopy]:
    return lambda snapshot=None: pull_marts(tmp_path / "copy", lake.settings, snapshot, print)


def asked(copy: LocalCopy, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy.views}' as marts (read_only)")
        connection.execute("use marts")
        return connection.execute(query).fetchall()


def files(copy: LocalCopy) -> list[Path]:
    return sorted((copy.views.parent / "files").rglob("*.*"))


def test_a_copy_answers_without_the_lake_and_has_the_comments(
    published: Any, tmp_path: Path
) -> None:
    copy = pull_marts(tmp_path / "copy", published.settings, "2025-12-10", print)
    query = "select revenue_usd from rpt_market_size_monthly order by revenue_usd"
    assert asked(copy, query) == [(Decimal("89999989.78"),), (Decimal("95529990.28"),)]
    assert asked(copy, "select comment from duckdb_columns() where comment like 'Rev%'") == [
        ("Revenue, US dollars.",)
    ]
    assert asked(
        copy, "select count(*) from duckdb_views() where comment like '%''s made up.'"
    ) == [(2,)]
    manifest = (tmp_path / "copy" / "manifest.json").read_text()
    assert published.published[0].snapshot_id in manifest


def test_a_second_pull_copies_nothing(lake: Any, pull: Callable[..., LocalCopy]) -> None:
    lake.publish("2025-12-10", FIRST)
    assert pull().copied_files == 2
    assert (again := pull()).copied_files == 0
    assert asked(again, "from dim_app") == [(1,)]


def test_a_copy_from_before_manifests_had_a_version_goes_on(
    lake: Any, pull: Callable[..., LocalCopy]
) -> None:
    lake.publish("2025-12-10", FIRST)
    path = pull().views.with_name("manifest.json")
    before = json.loads(path.read_text())
    for field in ("schema_version", "mart_keys", "gate", "overrides"):
        del before[field]
    path.write_text(json.dumps(before | {"warnings": ["days_behind — observed 4"]}))
    again = pull()
    assert again.copied_files == 0
    assert asked(again, "from dim_app") == [(1,)]


def test_a_newer_snapshot_copies_only_what_is_new(
    lake: Any, pull: Callable[..., LocalCopy]
) -> None:
    first = lake.publish("2025-12-10", FIRST)
    pull()
    lake.publish(
        "2025-12-11",
        {
            "dim_app": "select 2 as app_id",
            "fct_days": [*first.marts["fct_days"], *first.marts["fct_days"]],  # by reference
        },
    )
    copy = pull()
    assert (copy.copied_files, copy.files) == (1, 2)
    assert asked(copy, "from dim_app") == [(2,)]


def test_files_stay_for_the_copy_before_this_one_and_no_longer(
    lake: Any, pull: Callable[..., LocalCopy]
) -> None:
    kept = []
    for number in (1, 2, 3):
        lake.publish(f"2025-12-1{number}", {"dim_app": f"select {number} as app_id"})
        kept.append(len(files(pull())))
    assert kept == [1, 2, 2]


def test_the_same_content_under_another_key_is_not_copied(
    lake: Any, pull: Callable[..., LocalCopy]
) -> None:
    lake.publish("2025-12-10", FIRST)
    pull()
    lake.publish("2025-12-11", FIRST)
    assert pull().copied_files == 0


def test_a_damaged_file_is_fetched_again(lake: Any, pull: Callable[..., LocalCopy]) -> None:
    lake.publish("2025-12-10", FIRST)
    damaged = files(pull())[0]
    damaged.write_bytes(b"half a f")
    assert pull().copied_files == 1
    assert asked(pull(), "from dim_app") == [(1,)]


def test_a_killed_pull_leaves_the_old_copy_and_the_next_one_goes_on(
    lake: Any, pull: Callable[..., LocalCopy], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.publish("2025-12-10", FIRST)
    copy = pull()
    newer = {"dim_app": "select 2 as app_id", "fct_days": "select 2 as day"}
    lake.publish("2025-12-11", newer)
    whole, done = ObjectStore.download, []

    def killed_half_way(store: ObjectStore, key: str, path: Path) -> None:
        if done:
            path.write_bytes(b"half a f")
            raise KeyboardInterrupt
        whole(store, key, path)
        done.append(key)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "download", killed_half_way)
        with pytest.raises(KeyboardInterrupt):
            pull()
    assert asked(copy, "select * from dim_app, fct_days") == [(1, 1)]
    assert pull().copied_files == 1
    assert asked(copy, "select * from dim_app, fct_days") == [(2, 2)]
    assert not [path for path in files(copy) if path.suffix == ".part"]


def test_a_file_that_is_not_what_the_manifest_says_is_refused(
    lake: Any, pull: Callable[..., LocalCopy]
) -> None:
    manifest = lake.publish("2025-12-10", FIRST)
    key = manifest.marts["dim_app"][0].key
    lake.store.put(key, b"something else")
    with pytest.raises(PullFailed, match=key):
        pull()
    lake.store.delete(key)
    with pytest.raises(PullFailed, match="not in the lake any more"):
        pull()


def test_after_a_move_a_pull_copies_nothing_and_mends_the_views(
    lake: Any, pull: Callable[..., LocalCopy], tmp_path: Path
) -> None:
    lake.publish("2025-12-10", FIRST)
    pull()
    (tmp_path / "copy").rename(tmp_path / "moved")
    copy = pull_marts(tmp_path / "moved", lake.settings, None, print)
    assert copy.copied_files == 0
    assert asked(copy, "from dim_app") == [(1,)]


def test_the_command_says_how_to_attach_the_copy(published: Any, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["pull-marts", str(tmp_path / "copy")])
    assert result.exit_code == 0, result.exception
    assert "2 files copied" in result.stdout
    assert f"attach '{tmp_path / 'copy' / 'marts.duckdb'}' as marts" in result.stdout
