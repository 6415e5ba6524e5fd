"""A local copy of a snapshot as `pull-marts` makes it, from queries and without a lake."""

from collections.abc import Mapping
from pathlib import Path

from shortdrama.analysts.assistant.worker import Question
from shortdrama.lake import duck
from shortdrama.warehouse.publish.views import write_macros


def write_copy(folder: Path, marts: Mapping[str, str]) -> Path:
    """Write the Parquet files and the views; the path of the views."""
    views = folder / "marts.duckdb"
    with duck.connect(path=views) as connection:
        for mart, query in marts.items():
            file = folder / "files" / mart / "0.parquet"
            file.parent.mkdir(parents=True)
            connection.execute(f"copy ({query}) to {duck.quoted(str(file))}")
            connection.execute(f"create view {mart} as from read_parquet('{file}')")
        write_macros(connection, marts)
    return views


def question(views: Path, query: str, rows: int = 100) -> Question:
    return Question(
        query=query,
        views=str(views),
        files=[str(views), *map(str, views.parent.glob("files/*/*"))],
        rows=rows,
        cell=50,
        memory_mb=256,
        seconds=20,
    )
