"""Nothing that was ever checked of the rows is forgotten when tests are written in another form."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKS = Path(__file__).with_name("checks.txt")
"""A check a line. Take a line out only when what it is about is meant to hold no longer."""


def checks(manifest: dict[str, Any]) -> Iterator[str]:
    """What data tests and unit tests check, by dbt's manifest: each rule of a test by itself."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            severity = "" if node["config"]["severity"].lower() == "error" else " (warning)"
            for check in _of_data_test(node):
                yield check + severity
    for test in manifest["unit_tests"].values():
        yield f"unit test {test['model']}: {test['name']}"


def _of_data_test(node: dict[str, Any]) -> Iterator[str]:
    generic = node.get("test_metadata")
    if not generic:
        yield f"query {node['name']}"
        return
    model = node["attached_node"].split(".")[-1]
    given = generic["kwargs"]
    if generic["name"] == "relationships":
        given = {"relationships": {given["column_name"]: given}}
    if "unique" in given:
        yield f"unique {model}: {', '.join(given['unique'])}"
    for column in given.get("not_null", []):
        yield f"not_null {model}: {column}"
    for column, values in given.get("accepted_values", {}).items():
        yield f"accepted_values {model}: {column} in {', '.join(values)}"
    for column, parent in given.get("relationships", {}).items():
        yield f"relationships {model}: {column} in {parent['to']} {parent['field']}"


def test_every_check_is_still_made(build: Any) -> None:
    made = set(checks(build.manifest))
    forgotten = set(CHECKS.read_text(encoding="utf-8").splitlines()) - made
    assert forgotten == set()


def test_nothing_is_checked_that_the_list_does_not_name(build: Any) -> None:
    new = set(checks(build.manifest)) - set(CHECKS.read_text(encoding="utf-8").splitlines())
    assert new == set(), f"add to {CHECKS.name}"
