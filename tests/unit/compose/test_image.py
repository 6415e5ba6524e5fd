"""The image's Dockerfile, and what its builder gets of a clone."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from shortdrama.core.settings import REPOSITORY

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")


def test_the_dockerfile_needs_nothing_but_its_base_image_and_package_registries() -> None:
    froms = re.findall(r"^FROM (\S+) AS (\w+)$", DOCKERFILE, re.M)
    stages = [
        ("python:3.11-slim-bookworm", "base"),
        ("base", "production"),
        ("production", "local"),
    ]
    assert froms == stages
    assert "syntax=" not in DOCKERFILE
    assert "--from" not in DOCKERFILE
    assert "://" not in DOCKERFILE


def test_the_image_does_not_run_as_root() -> None:
    for image in DOCKERFILE.split("\nFROM ")[2:]:
        assert re.findall(r"^USER (\w+)$", image, re.M)[-1] == "50000"


def test_requirements_are_installed_before_the_code_is_copied() -> None:
    for requirements, code in (
        ("requirements.txt", "include/shortdrama include/shortdrama"),
        ("requirements-local.txt", "include/shortdrama_local include/shortdrama_local"),
    ):
        assert DOCKERFILE.index(f"--requirement {requirements}") < DOCKERFILE.index(code)


def test_the_production_image_gets_all_that_the_pipeline_reads() -> None:
    for folder in ("dags", "dbt_project", "expectations", "docker", "include/shortdrama"):
        assert f" {folder} {folder}\n" in DOCKERFILE


def is_sent(path: str) -> bool:
    """Whether the builder gets a file: Docker's rules, of which the last that matches counts."""
    sent = True
    for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = Path(path).parts
        above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        anywhere = pattern.removeprefix("**/")
        names = parts if anywhere != pattern else ()
        if any(fnmatch(one, pattern) for one in above) or any(
            fnmatch(name, anywhere) for name in names
        ):
            sent = line.startswith("!")
    return sent


def test_the_builder_gets_what_the_image_runs_and_nothing_else() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    sent = [path for path in tracked if is_sent(path)]
    folders = {"docker", "dags", "dbt_project", "expectations", "include"}
    assert {path.split("/")[0] for path in sent} == folders | {
        "pyproject.toml", "requirements.txt", "requirements-local.txt"
    }  # fmt: skip
    needed = [path for path in tracked if path.split("/")[0] in folders and "/." not in path]
    assert set(needed) <= set(sent)


@pytest.mark.parametrize(
    "stray",
    [
        ".env", ".env.old", "secrets/postgres_password", ".venv/bin/python", ".venv-uv/bin/uv",
        "env/bin/python", "venv2/lib/a.py", "include/.venv/a.py", "include/shortdrama.egg-info/a",
        "dags/__pycache__/a.pyc", "build/a", ".shortdrama/embedded.json", "data.csv",
        "dbt_project/target/manifest.json", "dags/.env",
    ],
)  # fmt: skip
def test_strays_of_a_clone_do_not_reach_the_image(stray: str) -> None:
    assert not is_sent(stray)


def test_the_runtime_user_can_change_no_code() -> None:
    assert "--chown" not in DOCKERFILE
    owned = re.search(r"install --directory --owner=shortdrama.*?(?=\n\n)", DOCKERFILE, re.S)
    assert owned is not None
    assert set(re.findall(r"/opt/\S+", owned[0])) == {
        "/opt/shortdrama/home", "/opt/shortdrama/home/alerts",
        "/opt/shortdrama/airflow", "/opt/shortdrama/airflow/logs",
    }  # fmt: skip
