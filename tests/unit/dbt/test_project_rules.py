"""The structure rules of the dbt project, read from its manifest. Messages say what to do."""

import re
from typing import Any

import pytest

from shortdrama.warehouse.build import manifest

PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("dim_", "fct_", "rpt_", "ops_"),
}
TYPES_OF_NAMES = {
    r"_usd$": r"decimal",
    r"_pct$": r"decimal",
    r"_ratio$": r"decimal",
    r"_on$": r"date$",
    r"_at$": r"timestamp$",
    r"^(is|in|has)_(?!.*_(on|at)$)": r"boolean$",
    r"_(id|label|json|code)$": r"string$|bigint$",
    r"_rank$": r"int$",
}
"""What docs/naming.md promises of names."""
LAYERS_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"staging", "intermediate", "marts", "seed"},
}


def layer(model: dict[str, Any]) -> str:
    return str(model["fqn"][1])


def marts(build: Any) -> list[dict[str, Any]]:
    return [model for model in build.models.values() if layer(model) == "marts"]


def test_prefix_folder_and_schema_agree(build: Any) -> None:
    for name, model in build.models.items():
        assert name.startswith(PREFIXES[layer(model)]), f"rename {name} or move its file"
        assert model["schema"] == layer(model), f"{name} is built in {model['schema']}"


def test_layers_read_only_what_lies_before_them(build: Any) -> None:
    for name, model in build.models.items():
        for parent_id in model["depends_on"]["nodes"]:
            kind = parent_id.split(".")[0]
            parent = layer(build.manifest["nodes"][parent_id]) if kind == "model" else kind
            assert parent in LAYERS_READ[layer(model)], f"{name} must not read {parent_id}"


def test_nothing_is_read_by_name(build: Any) -> None:
    schemas = r"raw|staging|intermediate|marts|seeds|built|main"
    for name, model in build.models.items():
        read = re.findall(rf"\b(?:from|join)\s+(?:{schemas})\.\w+", model["raw_code"])
        assert read == [], f"{name}: use ref() or source(), so that dbt knows the order"


def test_a_source_is_read_by_one_staging_model_named_after_it(build: Any) -> None:
    readers: dict[str, list[str]] = {}
    for name, model in build.models.items():
        for parent_id in model["depends_on"]["nodes"]:
            if parent_id.startswith("source."):
                readers.setdefault(parent_id, []).append(name)
    for source_id, source in build.manifest["sources"].items():
        (reader,) = readers.pop(source_id, [None])
        assert reader, f"no staging model reads {source_id}"
        folder = build.models[reader]["fqn"][2]
        assert reader.startswith(f"stg_{folder}__"), f"{reader} lies in staging/{folder}"
        assert source["description"], f"describe {source_id}"
    assert readers == {}


def test_a_model_is_described_in_its_own_folder(build: Any) -> None:
    for name, model in build.models.items():
        folder, _, _ = model["original_file_path"].rpartition("/")
        described = (model["patch_path"] or "").removeprefix("shortdrama://")
        assert described.rpartition("/")[0] == folder, f"describe {name} in a yml of {folder}"


def test_every_model_is_described(build: Any) -> None:
    for name, model in build.models.items():
        assert model["description"].strip(), f"describe {name} in its folder's yml"


def test_marts_begin_with_the_question_they_answer(build: Any) -> None:
    for mart in marts(build):
        first_line = mart["description"].splitlines()[0]
        assert first_line.endswith("?"), f"{mart['name']} begins with: {first_line}"


def test_no_two_marts_answer_the_same_question(build: Any) -> None:
    questions = [mart["description"].splitlines()[0] for mart in marts(build)]
    assert sorted(set(questions)) == sorted(questions)


def test_marts_enforce_contracts_that_describe_every_column(build: Any) -> None:
    for mart in marts(build):
        assert mart["config"]["contract"]["enforced"], f"{mart['name']} has no contract"
        for name, column in mart["columns"].items():
            assert column["data_type"], f"{mart['name']}.{name} has no data_type"
            assert column["description"], f"{mart['name']}.{name} is not described"


def test_marts_carry_their_comments_into_the_warehouse(build: Any) -> None:
    without = build.query(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and comment is null"
    )
    assert without == []


def test_names_tell_types(build: Any) -> None:
    for mart in marts(build):
        for name, column in mart["columns"].items():
            for pattern, type_ in TYPES_OF_NAMES.items():
                if re.search(pattern, name):
                    told = f"{mart['name']}.{name} is {column['data_type']}"
                    assert re.match(type_, column["data_type"]), f"{told}; see docs/naming.md"


def test_a_mart_by_month_has_the_date_that_it_is_cut_by(build: Any) -> None:
    for mart in marts(build):
        month_column = mart["config"]["meta"].get("month_column")
        if month_column is not None:
            assert mart["columns"][month_column]["data_type"] == "date", mart["name"]
            constraints = mart["columns"][month_column]["constraints"]
            assert "not_null" in [one["type"] for one in constraints], mart["name"]


def test_large_facts_are_published_by_month(build: Any) -> None:
    by_month = {mart["name"] for mart in marts(build) if "month_column" in mart["config"]["meta"]}
    assert {"fct_app_estimates_daily", "fct_app_estimates_versions"} <= by_month


def test_every_model_and_seed_has_a_tested_key(build: Any) -> None:
    tested = {
        node_id
        for test in build.tests
        if "unique" in (test.get("test_metadata") or {}).get("kwargs", {})
        for node_id in [test["attached_node"]]
    }
    nodes = {
        node_id
        for node_id, node in build.manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }
    assert nodes - tested == set(), "add the rule `unique`"


def test_every_mart_is_published_with_its_key(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "dbt_target", lambda: build.warehouse.parent / "target")
    keys = manifest.mart_keys()
    assert sorted(keys) == manifest.built_marts()
    assert keys["dim_app"] == ("app_id",)
    assert keys["rpt_app_leaderboard_monthly"] == (
        "period_start_on", "geography", "vendor", "app_id",
    )  # fmt: skip
    for mart, key in keys.items():
        columns = ", ".join(key)
        assert build.one(f"select count(*) - count(distinct ({columns})) from marts.{mart}") == (
            0,
        ), f"{columns} is no key of {mart}"


def test_the_sql_stays_portable(build: Any) -> None:
    for name, model in build.models.items():
        sql = re.sub(r"{{.*?}}|{%.*?%}", "", model["raw_code"], flags=re.DOTALL).lower()
        assert "qualify" not in sql, f"{name}: use row_number() in a CTE"
        assert "::" not in sql, f"{name}: use cast()"
        assert '"' not in sql, f"{name}: no quoted identifiers"


def test_no_column_is_a_float_or_wider_than_other_engines_know(build: Any) -> None:
    unfit = build.query(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where schema_name in ('staging', 'intermediate', 'marts') "
        "and data_type in ('DOUBLE', 'FLOAT', 'HUGEINT')"
    )
    assert unfit == [], "cast it to BIGINT or DECIMAL"


def kept_by_month(model: dict[str, Any]) -> bool:
    return bool(model["config"].get("incremental_strategy") == "by_month")


def test_the_touched_months_alone_are_read_by_what_is_kept_by_month(build: Any) -> None:
    """To any other model an incremental build would show them as all there is."""
    partial = {
        name
        for name, model in build.models.items()
        if "only for the touched months" in " ".join(model["description"].lower().split())
        and not kept_by_month(model)
    }
    assert "int_newest_estimates" in partial
    for name, model in build.models.items():
        parents = {parent_id.split(".")[-1] for parent_id in model["depends_on"]["nodes"]}
        filters = "in_touched_months" in model["raw_code"]
        if (parents & partial or filters) and not kept_by_month(model):
            assert name in partial, f"keep {name} by month, or say that it has those months alone"


def test_the_world_has_one_name(build: Any) -> None:
    """`World` where a geography is named; `ZZ` only where countries have codes."""
    wholes = {"World", "World ex-China", "Other"}
    regions = {row[0] for row in build.query("select distinct region from marts.dim_country")}
    for mart in marts(build):
        for column in {"geography", "market"} & set(mart["columns"]):
            named = {row[0] for row in build.query(f"select {column} from {mart['relation_name']}")}
            strange = {
                name
                for name in named - wholes - regions
                if not re.fullmatch(r"[A-Z]{2}", name) or name == "ZZ"
            }
            assert strange == set(), f"{mart['name']}.{column}: use geography_name()"


def test_every_macro_is_described_with_its_arguments(build: Any) -> None:
    """Implementations of an engine, materializations and tests are as what dispatches to them."""
    for macro in build.manifest["macros"].values():
        name = macro["name"]
        if macro["package_name"] != "shortdrama" or re.match(
            r"materialization_|test_|[a-z]+__", name
        ):
            continue
        assert macro["description"].strip(), f"describe {name} in macros/_macros.yml"
        (signature,) = re.findall(rf"macro {name}\((.*?)\)", macro["macro_sql"])
        described = [one["name"] for one in macro["arguments"]]
        assert described == [part.strip() for part in signature.split(",") if part.strip()], name
        assert all(one["type"] and one["description"] for one in macro["arguments"]), name


def test_marts_are_public_and_what_they_are_made_of_is_not(build: Any) -> None:
    access = {"staging": "private", "intermediate": "protected", "marts": "public"}
    for name, model in build.models.items():
        assert model["access"] == access[layer(model)], name
        assert model["group"] == "data_engineering", name
