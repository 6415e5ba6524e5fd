"""Diff: where two snapshots differ, mart by mart, and the largest moves.

Rows are paired by the mart's key. Files that both snapshots have are not read: a month that was
reused by reference costs nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
from pydantic import BaseModel, ConfigDict, JsonValue

from shortdrama.core.settings import S3Settings
from shortdrama.gates.frames import json_safe
from shortdrama.lake import duck
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.compare.causes import DAYS, Cause, Causes
from shortdrama.warehouse.snapshots.manifest import MartFile, SnapshotManifest

LINEAGE = (
    "load_id", "said_at", "known_from_at", "known_to_at", "version_number", "last_revised_at",
)  # fmt: skip
"""Columns that say where a row comes from; they may change while its figures stay the same."""

MEASURES = ("revenue_usd", "downloads", "active_apps", "views", "posts", "value")
"""Columns whose moves are shown, each in its own unit."""

PERIODS = ("period_start_on", "month_start_on")
"""The columns with the first day of a row's period."""

MEMORY = "1GB"


class Move(BaseModel):
    """A figure of a row that has changed. A missing row counts as zero."""

    model_config = ConfigDict(frozen=True)

    row: dict[str, JsonValue]
    column: str
    before: str | None
    after: str | None
    difference: str
    causes: tuple[Cause, ...]


class MonthDiff(BaseModel):
    """The rows of a month (its first day) that differ; None for rows that are about no day."""

    model_config = ConfigDict(frozen=True)

    month_on: date | None
    added: int
    removed: int
    changed: int


class MartDiff(BaseModel):
    """What differs in a mart. Files that were not read are in both snapshots.

    `changed` rows have a different figure, `lineage` rows the same figures from another load.
    Without a key, rows are only added and removed.
    """

    model_config = ConfigDict(frozen=True)

    mart: str
    key: tuple[str, ...]
    added: int
    removed: int
    changed: int
    lineage: int
    files: int
    files_read: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    months: tuple[MonthDiff, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether anything differs; the same rows may be in other files."""
        rows = self.added or self.removed or self.changed or self.lineage
        return bool(rows or self.columns_added or self.columns_removed)


@dataclass(frozen=True)
class _Pair:
    """A mart's files that only one of the snapshots has."""

    mart: str
    key: tuple[str, ...]
    before: tuple[MartFile, ...]
    after: tuple[MartFile, ...]
    files: int


def diff_snapshots(
    before: SnapshotManifest,
    after: SnapshotManifest,
    s3: S3Settings,
    store: ObjectStore,
    top: int = 3,
) -> Iterator[MartDiff]:
    """The marts that differ, by name, with the `top` largest moves of every measure."""
    with duck.connect(s3) as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        causes = Causes.between(before, after, store, _moved_apps(connection, before, after, store))
        for pair in _pairs(before, after):
            found = _mart_diff(connection, pair, store, causes, top)
            if found.is_other:
                yield found


def _pairs(before: SnapshotManifest, after: SnapshotManifest) -> Iterator[_Pair]:
    for mart in sorted({*before.marts, *after.marts}):
        old, new = before.marts.get(mart, ()), after.marts.get(mart, ())
        shared = {file.sha256 for file in old} & {file.sha256 for file in new}
        if {file.sha256 for file in (*old, *new)} != shared:
            yield _Pair(
                mart=mart,
                key=after.mart_keys.get(mart) or before.mart_keys.get(mart) or (),
                before=tuple(file for file in old if file.sha256 not in shared),
                after=tuple(file for file in new if file.sha256 not in shared),
                files=len({file.key for file in (*old, *new)}),
            )


def _mart_diff(
    connection: duckdb.DuckDBPyConnection,
    pair: _Pair,
    store: ObjectStore,
    causes: Causes,
    top: int,
) -> MartDiff:
    """Compare one mart; leaves the temporary table `differences` behind."""
    old, new = _open(connection, pair, store)
    common = [name for name in new if name in old]
    key = pair.key if set(pair.key) <= set(common) else ()
    compared = [name for name in common if name not in key]
    figures = [name for name in compared if name not in LINEAGE]
    _pair_rows(connection, key or tuple(common), figures, compared)
    counts: dict[str, int] = dict(
        connection.execute("select kind, count(*) from differences group by kind").fetchall()
    )
    return MartDiff(
        mart=pair.mart,
        key=key,
        **{kind: counts.get(kind, 0) for kind in ("added", "removed", "changed", "lineage")},
        files=pair.files,
        files_read=len(pair.before) + len(pair.after),
        columns_added=tuple(name for name in new if name not in old),
        columns_removed=tuple(name for name in old if name not in new),
        moves=tuple(
            move
            for column in MEASURES
            if key and column in figures
            for move in _moves(connection, pair.mart, key, column, causes, top)
        ),
        months=tuple(_months(connection, key or tuple(common), common)),
    )


def _open(
    connection: duckdb.DuckDBPyConnection, pair: _Pair, store: ObjectStore
) -> tuple[list[str], list[str]]:
    """Views `before_rows` and `after_rows`; their columns. A side without files has no rows."""
    sides = {"before_rows": pair.before, "after_rows": pair.after}
    for name, files in sorted(sides.items(), key=lambda side: not side[1]):
        uris = duck.list_literal([store.uri(file.key) for file in files])
        other = "before_rows" if name == "after_rows" else "after_rows"
        body = f"from read_parquet({uris})" if files else f"from {other} limit 0"
        connection.execute(f"create or replace temp view {name} as {body}")
    before, after = (connection.execute(f"describe {name}").fetchall() for name in sides)
    return [row[0] for row in before], [row[0] for row in after]


def _pair_rows(
    connection: duckdb.DuckDBPyConnection,
    key: Sequence[str],
    figures: Sequence[str],
    compared: Sequence[str],
) -> None:
    """Table `differences`: the key, `kind`, and each compared column before (`b_`) and after."""
    lineage = [name for name in compared if name not in figures]

    def differ(columns: Sequence[str]) -> str:
        return " or ".join(f'b."{c}" is distinct from a."{c}"' for c in columns) or "false"

    kind = (
        "case when b.is_there is null then 'added' when a.is_there is null then 'removed'"
        f" when {differ(figures)} then 'changed' when {differ(lineage)} then 'lineage' end as kind"
    )
    columns = [
        *(f'coalesce(a."{c}", b."{c}") as "{c}"' for c in key),
        *(f'b."{c}" as "b_{c}", a."{c}" as "a_{c}"' for c in compared),
    ]
    same_row = " and ".join(f'b."{c}" is not distinct from a."{c}"' for c in key)
    connection.execute(
        "create or replace temp table differences as"  # noqa: S608 - the marts' own columns
        f" from (select {', '.join([kind, *columns])}"
        " from (select *, true as is_there from before_rows) as b"
        f" full join (select *, true as is_there from after_rows) as a on {same_row})"
        " where kind is not null"
    )


def _months(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], columns: Sequence[str]
) -> Iterator[MonthDiff]:
    """The rows that differ in their figures, by the month that they are about, oldest first."""
    day = next((name for name in (*PERIODS, *DAYS) if name in columns), None)
    value = "null" if day is None else f'coalesce("a_{day}", "b_{day}")'
    if day in key:
        value = f'"{day}"'
    rows = connection.execute(
        f"""
        select
            cast(date_trunc('month', cast({value} as date)) as date) as month_on,
            count(*) filter (kind = 'added'),
            count(*) filter (kind = 'removed'),
            count(*) filter (kind = 'changed')
        from differences
        where kind <> 'lineage'
        group by month_on
        order by month_on nulls first
        """  # noqa: S608 - the marts' own columns
    ).fetchall()
    for month_on, added, removed, changed in rows:
        yield MonthDiff(month_on=month_on, added=added, removed=removed, changed=changed)


def _moves(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    key: Sequence[str],
    column: str,
    causes: Causes,
    top: int,
) -> Iterator[Move]:
    difference = f'coalesce("a_{column}", 0) - coalesce("b_{column}", 0)'
    cursor = connection.execute(
        f"select * from (select *, {difference} as difference from differences)"  # noqa: S608 - the marts' own columns
        f" where difference <> 0 order by abs(difference) desc, {_names(key)} limit {top}"
    )
    names = [name for name, *_ in cursor.description or ()]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        before, after = row[f"b_{column}"], row[f"a_{column}"]
        yield Move(
            row=json_safe({name: row[name] for name in key}),
            column=column,
            before=None if before is None else str(before),
            after=None if after is None else str(after),
            difference=str(row["difference"]),
            causes=causes.of(mart, row),
        )


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _moved_apps(
    connection: duckdb.DuckDBPyConnection,
    before: SnapshotManifest,
    after: SnapshotManifest,
    store: ObjectStore,
) -> frozenset[str]:
    """Apps that the universe's reviewed file has moved in or out between the two."""
    if before.universe_version == after.universe_version:
        return frozenset()
    files = [manifest.marts.get("dim_app", ()) for manifest in (before, after)]
    if not all(files):
        return frozenset()
    old, new = (
        f"read_parquet({duck.list_literal([store.uri(file.key) for file in side])})"
        for side in files
    )
    span = "app_id, in_universe, in_universe_from_on, in_universe_to_on"
    rows = connection.execute(
        f"select app_id from (select {span} from {old} except select {span} from {new})"  # noqa: S608 - our own files
        f" union select app_id from (select {span} from {new} except select {span} from {old})"
    ).fetchall()
    return frozenset(app_id for (app_id,) in rows)
