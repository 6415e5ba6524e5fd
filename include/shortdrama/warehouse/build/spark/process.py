"""The process of a build on Spark: `python process.py REQUEST ANSWER`, in Spark's environment.

The request is a JSON file with the `settings` of the session, the `statements` that make the
sources, dbt's `arguments`, the schemas and tables to `hand_over`, and the `fingerprint` that is
kept if all went well. The answer is a JSON file with the fingerprint that was kept before, and the
tables of the models that dbt has built: columns with types, and files. One session does everything.

This imports nothing of the pipeline, which is not installed in that environment.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

KEPT = "built.inputs"
"""A table with the fingerprint of the last build that was finished on this cluster."""


def main(request: dict[str, Any], answer: Path) -> int:
    """Do what is requested; the process's exit code."""
    # About pandas, which dbt does not use, and about Hive, which dbt asks for with each statement.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", message="Failed to set spark.sql.catalogImplementation")
    # Only that environment has both.
    from dbt.cli.main import dbtRunner
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate()
    for name, value in request["settings"].items():
        session.conf.set(name, value)
    answered: dict[str, Any] = {"kept": _kept(session)}
    for statement in request["statements"]:
        session.sql(statement)
    if request["arguments"]:
        result = dbtRunner().invoke(request["arguments"])
        if result.exception is not None:
            print(f"Encountered an error:\n{result.exception}")
        if not result.success:
            return 1
        names = _names(result.result, request["hand_over"])
        answered["tables"] = {name: _table(session, name) for name in names}
        _keep(session, request["fingerprint"])
    answer.write_text(json.dumps(answered), encoding="utf-8")
    return 0


def _kept(session: Any) -> str | None:
    if not session.catalog.tableExists(KEPT):
        return None
    rows = session.table(KEPT).collect()
    return rows[0][0] if rows else None


def _keep(session: Any, fingerprint: str) -> None:
    session.sql("create schema if not exists built")
    session.sql(f"drop table if exists {KEPT}")
    session.sql(f"create table {KEPT} using parquet as select '{fingerprint}' as fingerprint")


def _names(ran: Any, wanted: list[str]) -> list[str]:
    """The models of the run that are wanted, by schema or by name."""
    models = [one.node for one in ran.results if one.node.resource_type == "model"]
    return [
        f"{model.schema}.{model.name}"
        for model in models
        if model.schema in wanted or f"{model.schema}.{model.name}" in wanted
    ]


def _table(session: Any, name: str) -> dict[str, Any]:
    found = session.table(name)
    # By what Spark itself reads: a server that was killed leaves files of nobody in the folder.
    return {"columns": found.dtypes, "files": sorted(found.inputFiles())}


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])))
