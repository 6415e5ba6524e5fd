"""Where the suites are: one file each in `expectations/`; marts of the same shape share one.

Light to import: nothing here needs Great Expectations or pandas.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from shortdrama.core.settings import EXPECTATIONS

MARTS = "marts"
"""The suite about all marts together, and the folder of the suites about one mart."""


def read_suite(name: str, folder: Path = EXPECTATIONS) -> dict[str, Any]:
    """The suite of that name, as Great Expectations writes it.

    A name is `<dataset>.rows`, `<dataset>.load`, `marts`, `marts.<number>_<topic>` for marts that
    are held against each other, or `marts/<mart>`.
    """
    mart = name.removeprefix(f"{MARTS}/")
    path = _mart_files(folder)[mart] if mart != name else folder / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {**document, "name": name}


def gated_marts(folder: Path = EXPECTATIONS) -> list[str]:
    """The marts that have a suite, in order."""
    return sorted(_mart_files(folder))


def joint_suites(folder: Path = EXPECTATIONS) -> list[str]:
    """The suites about marts against each other, in the order in which their profiles run."""
    names = [path.stem for path in folder.glob(f"{MARTS}.*.json")]
    return sorted(names, key=lambda name: int(name.split(".")[1].split("_")[0]))


def datasets_of_mart(mart: str) -> tuple[str, ...]:
    """The datasets of a mart, as its suite says; none for a mart without a suite."""
    if mart not in _mart_files(EXPECTATIONS):
        return ()
    return tuple(read_suite(f"{MARTS}/{mart}")["meta"]["datasets"])


@cache
def _mart_files(folder: Path) -> dict[str, Path]:
    """The file of each mart's suite. `meta.marts` names the marts of a shared one."""
    files: dict[str, Path] = {}
    for path in (folder / MARTS).glob("*.json"):
        meta = json.loads(path.read_text(encoding="utf-8"))["meta"]
        files |= dict.fromkeys(meta.get("marts", [path.stem]), path)
    return files


def suite_names(folder: Path = EXPECTATIONS) -> list[str]:
    """The names of all suites: of loads first, then of marts."""
    joint = joint_suites(folder)
    of_loads = sorted({path.stem for path in folder.glob("*.json")}.difference([MARTS, *joint]))
    return [*of_loads, MARTS, *joint, *(f"{MARTS}/{mart}" for mart in gated_marts(folder))]
