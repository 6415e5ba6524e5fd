"""The rooms of the package import each other in one direction, imports inside functions counted."""

from graphlib import TopologicalSorter

import grimp
import pytest


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("shortdrama", "shortdrama_local")


def room_of(module: str, package: str) -> str:
    return module.removeprefix(f"{package}.").split(".")[0]


@pytest.mark.parametrize("package", ["shortdrama", "shortdrama.warehouse", "shortdrama_local"])
def test_no_room_is_imported_in_a_circle(imports: grimp.ImportGraph, package: str) -> None:
    rooms: dict[str, set[str]] = {}
    for module in imports.find_descendants(package):
        for imported in imports.find_modules_directly_imported_by(module):
            if imported.startswith(f"{package}."):
                rooms.setdefault(room_of(module, package), set()).add(room_of(imported, package))
    assert sum(len(below) for below in rooms.values()) > 5, "the graph has no imports to judge"
    order = TopologicalSorter({room: below - {room} for room, below in rooms.items()})
    order.prepare()  # raises CycleError, which names the circle


def test_imports_inside_functions_are_counted(imports: grimp.ImportGraph) -> None:
    below = imports.find_modules_directly_imported_by("shortdrama.cli.sql")
    assert "shortdrama.analysts.answers" in below
