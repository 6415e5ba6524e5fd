"""Prints the tests of what has changed since main, a path a line: `make check` runs them.

The tests mirror the packages, so that a module's tests are the file of its name, or else those of
its folder, or else of its room. What is run is a first look; `make test` has the last word.
"""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

REPOSITORY = Path(__file__).parents[1]
MIRRORED = {
    "include/shortdrama/": "tests/unit/",
    "include/shortdrama_local/": "tests/unit/local/",
    "tests/unit/": "tests/unit/",
}
ELSEWHERE = {
    "dags/": "tests/dags",
    "dbt_project/": "tests/unit/dbt",
    "expectations/": "tests/unit/gates",
    "docs/": "tests/unit/docs",
    "docker": "tests/unit/compose",
}
"""Folders that have their tests in one place."""


def changed_paths() -> list[str]:
    """Everything that differs from where this branch left main, whether committed or not."""
    base = _git("merge-base", "HEAD", "main").strip()
    new = _git("ls-files", "--others", "--exclude-standard")
    return sorted({*_git("diff", "--name-only", base).split(), *new.split()})


def mirror_of(paths: Iterable[str], repository: Path = REPOSITORY) -> list[str]:
    """The test files and folders, without those that lie in another one of them."""
    found = {test for path in paths for test in _mirror_of(path, repository)}
    return sorted(
        test for test in found if not any(test.startswith(f"{other}/") for other in found)
    )


def _mirror_of(path: str, repository: Path) -> Iterator[str]:
    for folder, tests in ELSEWHERE.items():
        if path.lower().startswith(folder):
            yield tests
    for folder, tests in MIRRORED.items():
        if path.startswith(folder) and path.endswith((".py", ".sql", ".json", ".toml")):
            yield _nearest(PurePosixPath(tests) / path.removeprefix(folder), repository)


def _nearest(path: PurePosixPath, repository: Path) -> str:
    """The file of the module's name, else the folder that is nearest to where it would lie."""
    stem = path.name.split(".")[0]
    for name in (path.name, f"test_{stem}.py"):
        if name.startswith("test_") and (repository / path.parent / name).is_file():
            return str(path.parent / name)
    parents = (parent for parent in path.parents if (repository / parent).is_dir())
    return str(next(parents))


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(REPOSITORY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    print("\n".join(mirror_of(changed_paths())))
