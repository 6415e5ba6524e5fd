"""What dbt's manifest says about the models of the last build. No other module reads it."""

import json
from typing import Any

from shortdrama.warehouse.build.dbt import dbt_target


def built_marts() -> list[str]:
    """The marts of the last build, from dbt's manifest; a table of a deleted model is not one."""
    return sorted(
        node["name"]
        for node in _dbt_nodes().values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    )


def mart_keys() -> dict[str, tuple[str, ...]]:
    """The key columns of each mart: those whose uniqueness dbt tests in the build."""
    nodes = _dbt_nodes()
    keys: dict[str, tuple[str, ...]] = {}
    for node in nodes.values():
        model = nodes.get(node.get("attached_node") or "", {})
        rules = (node.get("test_metadata") or {}).get("kwargs", {})
        if model.get("schema") == "marts" and "unique" in rules:
            keys[model["name"]] = tuple(rules["unique"])
    return keys


def month_columns() -> dict[str, str]:
    """The marts that are kept and published by month, by dbt's manifest, with their date column."""
    return {
        node["name"]: node["config"]["meta"]["month_column"]
        for node in _dbt_nodes().values()
        if node["resource_type"] == "model" and "month_column" in node["config"].get("meta", {})
    }


def descriptions() -> dict[str, dict[str, str]]:
    """What is said about each mart and its columns; the text under "" is about the mart itself."""
    return {
        node["name"]: {"": node["description"]}
        | {name: column["description"] for name, column in node["columns"].items()}
        for node in _dbt_nodes().values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }


def _dbt_nodes() -> dict[str, dict[str, Any]]:
    """Models, seeds and tests of the last build, by id, as dbt's manifest has them."""
    manifest: dict[str, Any] = json.loads((dbt_target() / "manifest.json").read_text())
    nodes: dict[str, dict[str, Any]] = manifest["nodes"]
    return nodes
