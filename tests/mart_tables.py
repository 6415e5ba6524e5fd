"""Tables as the marts' contracts say, for tests that need no build."""

from functools import cache
from pathlib import Path

import duckdb
import yaml

from shortdrama.core.settings import REPOSITORY

MODELS = REPOSITORY / "dbt_project" / "models" / "marts"


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Columns and their types by mart."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(MODELS.rglob("*__marts.yml")) + sorted(MODELS.rglob("_*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or []:
            found[model["name"]] = {
                column["name"]: column["data_type"].replace("string", "varchar")
                for column in model["columns"]
            }
    return found


def complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Add every mart and column that the schema `marts` does not have yet, empty."""
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'marts' and database_name = current_database()"
    ).fetchall()
    for mart, columns in contracts().items():
        known = {column for table, column in rows if table == mart}
        if not known:
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table marts.{mart} ({listed})")
            continue
        for name, kind in columns.items():
            if name not in known:
                connection.execute(f"alter table marts.{mart} add column {name} {kind}")


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Fill marts from files that are named after them; a column may be missing."""
    for path in sorted(folder.glob("*.csv")):
        columns = contracts()[path.stem]
        header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        types = ", ".join(f"'{name}': '{columns[name]}'" for name in header)
        connection.execute(
            f"insert into marts.{path.stem} by name"
            f" select * from read_csv('{path}', header=true, columns={{{types}}}, nullstr='')"
        )
