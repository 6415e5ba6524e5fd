"""A dataset of its own goes by the steps of docs/add-a-source.md, from its source to its mart."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shortdrama.core.settings import REPOSITORY, S3Settings
from shortdrama.datasets import DATASETS

EXAMPLE = REPOSITORY / "tests" / "fixtures" / "new_dataset"
PAGE = (REPOSITORY / "docs" / "add-a-source.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^\d+\. \*\*", PAGE, re.MULTILINE)
PLACES = re.findall(r"`((?:include|expectations|dbt_project|dags)/[^`\n]+)`", PAGE)
COPIED = ("include/shortdrama", "expectations", "dbt_project", "dags")
ROW = {"playlist": "p1", "day": "2026-02-20", "followers": 7}


def files() -> list[Path]:
    return [path.relative_to(EXAMPLE) for path in sorted(EXAMPLE.rglob("*")) if path.is_file()]


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A copy of the pipeline with the example's files, none of which was there before."""
    skip = shutil.ignore_patterns("__pycache__", "target", "logs")
    for folder in COPIED:
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=skip)
    for path in files():
        assert not (tmp_path / path).exists(), f"{path} is changed, but a step only adds files"
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLE / path, tmp_path / path)
    return tmp_path


@pytest.fixture
def walk(pipeline: Path, s3: S3Settings, source: Any) -> dict[str, Any]:
    """What the example's dataset came to; its second load has a negative count."""
    source.says(body=[ROW, {**ROW, "day": "2026-02-21", "followers": 8}])
    source.says(body=[ROW])
    source.says(body=[{**ROW, "followers": -1}])
    assert s3.secret_access_key is not None
    environment = {
        **os.environ,
        "PYTHONPATH": str(pipeline / "include"),
        "SHORTDRAMA_HOME": str(pipeline / "home"),
        "SHORTDRAMA_LAKE_KIND": "real",
        "SHORTDRAMA_FROZEN_CLOCK": "2026-02-25T08:00:00Z",
        "SHORTDRAMA_S3__ENDPOINT_URL": str(s3.endpoint_url),
        "SHORTDRAMA_S3__BUCKET": s3.bucket,
        "SHORTDRAMA_S3__ACCESS_KEY_ID": str(s3.access_key_id),
        "SHORTDRAMA_S3__SECRET_ACCESS_KEY": s3.secret_access_key.get_secret_value(),
        "SHORTDRAMA_PLAYLISTS__BASE_URL": source.url,
        "SHORTDRAMA_PLAYLISTS__TOKEN": "planted",
    }
    command = [sys.executable, str(Path(__file__).with_name("new_dataset_walk.py"))]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    walked: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    assert walked["package"] == str(pipeline / "include" / "shortdrama")
    return walked


def test_there_are_six_steps_at_most_and_each_file_of_the_example_belongs_to_one() -> None:
    assert len(STEPS) <= 6
    patterns = [
        re.compile(re.sub(r"\\?<\w+\\?>", r"[\\w.]+", re.escape(place))) for place in PLACES
    ]
    beside = re.compile(
        r".*/(__init__\.py|_\w+\.yml)$"
    )  # what makes a folder a package or a source
    homeless = [
        str(path)
        for path in files()
        if not beside.match(str(path)) and not any(p.match(path.as_posix()) for p in patterns)
    ]
    assert homeless == []


@pytest.mark.integration
def test_a_dataset_of_its_own_is_pulled_gated_built_and_shown(walk: dict[str, Any]) -> None:
    assert walk["rows"] == 3
    assert walk["planned"] == {"start": "2026-02-18", "end": "2026-02-24"}
    page = walk["page"]
    assert "playlists.followers 2026-02-20..2026-02-21 was refused" in page
    assert "followers" in page
    assert "-1" in page
    assert "dags trigger ingest_playlists" in page
    assert walk["mart"] == [
        ["p1", "BR", "2026-02-20", "7", "settled"],
        ["p1", "US", "2026-02-20", "7", "settled"],
        ["p1", "US", "2026-02-21", "8", "settled"],
    ]
    assert walk["findings"] == []


SUBJECTS = {
    "include/shortdrama/universe/candidates.py",  # the universe is a choice among the products
    "include/shortdrama/reports/facts/scope.py",  # a report says which datasets it is about
    "dags/ingest_appfigures.py",  # a source's own DAG: the products come first
}
"""The only files outside `datasets/` and `sources/` that are about certain datasets."""


def test_what_is_particular_to_a_dataset_is_named_nowhere_else() -> None:
    ids = "|".join(re.escape(dataset.id) for dataset in DATASETS.values())
    modules = "|".join(dataset.id.replace(".", "_") for dataset in DATASETS.values())
    named = re.compile(rf"""["'](?:{ids})["']|shortdrama\.datasets\.(?:{modules})\b""")
    own = ("include/shortdrama/datasets/", "include/shortdrama/sources/")
    naming = {
        path
        for folder in ("include/shortdrama", "dags")
        for file in (REPOSITORY / folder).rglob("*.py")
        if not (path := file.relative_to(REPOSITORY).as_posix()).startswith(own)
        and named.search(file.read_text(encoding="utf-8"))
    }
    assert naming == SUBJECTS, "make it an attribute of the dataset"
