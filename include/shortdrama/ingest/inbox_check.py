"""A dry run of a file: what would be read, what is wrong with it, and what it changes.

Nothing is written: not the file, not its layout, no load.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import SchemaError
from shortdrama.core.settings import Settings
from shortdrama.datasets import datasets_of
from shortdrama.datasets.model import Dataset, Edition
from shortdrama.gates.previous import attach_previous, said_before
from shortdrama.ingest.conform import write_parquet
from shortdrama.lake import duck
from shortdrama.lake.landing import Part, Pull
from shortdrama.lake.ledger import Coverage, LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.files.workbook import WorkbookRefused
from shortdrama.sources.inbox import FileReading, InboxFiles, answers_of, dataset_of, passed_over
from shortdrama.sources.modules import module_of


class Difference(BaseModel):
    """A figure that is not as it was in the edition before; None where there was or is none."""

    model_config = ConfigDict(frozen=True)

    about: str
    before: Decimal | None
    now: Decimal | None


class Checked(BaseModel):
    """What a dry run found. A file without problems would be accepted, as things stand now.

    `compared_with` is the edition that `differences` are held against.
    """

    model_config = ConfigDict(frozen=True)

    file_name: str
    dataset: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    layout: str | None = None
    encoding: str | None = None
    rows: tuple[dict[str, Any], ...] = ()
    compared_with: str | None = None
    differences: tuple[Difference, ...] = ()


def check_file(
    source: str,
    content: bytes,
    file_name: str,
    settings: Settings,
    store: ObjectStore,
    *,
    with_gate: bool = True,
) -> Checked:
    """What would become of the file if it were dropped now.

    Without the gate only the reading is tried, which takes no second.
    """
    dataset = dataset_of(content, datasets_of(source))
    checked = Checked(file_name=file_name, dataset=dataset.id)
    if why := passed_over(file_name, len(content)):
        return checked.model_copy(update={"problems": (f"{file_name} is passed over: {why}",)})
    connector = module_of(dataset).connector(settings, store)
    if not isinstance(connector, InboxFiles):
        raise TypeError(f"{dataset.id} comes from no inbox")
    try:
        said = connector.examine(content, file_name)
    except WorkbookRefused as refused:
        return checked.model_copy(update={"problems": tuple(map(str, refused.problems))})
    except SchemaError as refused:
        return checked.model_copy(update={"problems": (str(refused),)})
    checked = checked.model_copy(
        update={
            "notes": said.notes,
            "layout": said.layout.id if said.layout else None,
            "encoding": said.encoding,
            "rows": tuple(map(dict, said.rows)),
        }
    )
    if not with_gate:
        return checked
    return checked.model_copy(update=_gated(dataset, said, content, file_name, settings, store))


def _gated(
    dataset: Dataset,
    said: FileReading,
    content: bytes,
    file_name: str,
    settings: Settings,
    store: ObjectStore,
) -> dict[str, Any]:
    """What the gate would say, and the differences to the edition before."""
    # Imported here: Great Expectations takes seconds to import.
    from shortdrama.gates.load_gate import audit_load

    pull = _as_pulled(dataset, said, content, file_name, settings)
    accepted = LoadLedger(store, dataset.id).accepted()
    with TemporaryDirectory() as folder, duck.connect(settings.s3) as connection:
        path = Path(folder) / "candidate.parquet"
        connection.register("answers", answers_of(dataset, said.rows))
        write_parquet(connection, dataset, pull, str(path))
        result = audit_load(
            dataset,
            path,
            pull.load_id,
            pull.coverage,
            pull.said_at,
            accepted,
            store,
            settings.s3,
        )
        before = said_before(accepted, pull.load_id, pull.said_at)
        attach_previous(connection, dataset, pull.coverage, before, store)
        connection.read_parquet(str(path)).create_view("load")
        compared_with, differences = _differences(connection, dataset)
    return {
        "problems": result.reasons,
        "notes": (*said.notes, *(finding.text for finding in result.warnings)),
        "compared_with": compared_with,
        "differences": differences,
    }


def _as_pulled(
    dataset: Dataset, said: FileReading, content: bytes, file_name: str, settings: Settings
) -> Pull:
    part = Part(
        key="",
        said_at=settings.clock.now(),
        request={},
        response={},
        context={"file_name": file_name},
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        is_sample=False,
    )
    coverage = Coverage(window=said.window)
    return Pull(pull_id="check", dataset=dataset.id, coverage=coverage, parts=(part,))


def _differences(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset
) -> tuple[str | None, tuple[Difference, ...]]:
    """The newest edition before, or the same as it was, and the figures that differ from it."""
    if not isinstance(dataset.follows, Edition):
        return None, ()
    dated = dataset.follows.spans[0]
    same = [name for name in dataset.follows.named_by if name not in dataset.follows.spans]
    named = " and ".join(f"previous.{name} = one.{name}" for name in same) or "true"
    found = connection.execute(
        f"""
        select max(previous.{dated})
        from previous, (select * from load limit 1) as one
        where previous.{dated} <= one.{dated} and {named}
        """  # noqa: S608 - the dataset's own names
    ).fetchone()
    if found is None or found[0] is None:
        return None, ()
    keys = [name for name in dataset.key if name not in dataset.follows.spans]
    figures = [
        column.name
        for column in dataset.columns
        if column.sql_type.startswith("DECIMAL") and column.name not in keys
    ]
    changed: list[Difference] = []
    for figure in figures:
        changed += _changed(connection, keys, same, dated, figure, str(found[0]))
    return f"{dataset.id} of {found[0]}", tuple(changed)


def _changed(
    connection: duckdb.DuckDBPyConnection,
    keys: Sequence[str],
    same: Sequence[str],
    dated: str,
    figure: str,
    day: str,
) -> list[Difference]:
    columns = ", ".join(keys)
    of_house = "".join(
        f" and {name} in (select {name} from load)"  # noqa: S608 - the dataset's own names
        for name in same
    )
    rows = connection.execute(
        f"""
        select {columns}, old.{figure} as before, load.{figure} as now
        from load
        full join (
            select * from previous where {dated} = cast(? as date){of_house}
        ) as old using ({columns})
        where load.{figure} is distinct from old.{figure}
        order by {columns}
        """,  # noqa: S608 - the dataset's own names
        [day],
    ).fetchall()
    return [
        Difference(about=", ".join(map(str, row[:-2])), before=row[-2], now=row[-1]) for row in rows
    ]
