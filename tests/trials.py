"""Trials of a gate: an ordinary load, changed by a case of a corpus, and what the gate says.

A case gives SQL on the table `load`. Its base is an ordinary day, or a load of its file's own. The
gate is the real one: `audit_load`, with every row and the load that was accepted before.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Literal

import duckdb

from ordinary.loads import OrdinaryLoad
from ordinary.year import ORDINARY
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named
from shortdrama.datasets.model import Dataset
from shortdrama.gates.load_gate import audit_load
from shortdrama.gates.results import GateResult
from shortdrama.lake.ledger import Coverage, LoadRecord

Kind = Literal["defects", "unusual"]
Verdict = Literal["refused", "warned", "accepted"]

SAID_ON = {
    "omdia.forecasts": date(2025, 10, 17),
    "minis.catalog": date(2025, 10, 3),
    "minis.search_interest": date(2025, 10, 7),
}
A_DAY = date(2025, 10, 7)
LONGEST_GAP_DAYS = 370
"""Nothing is brought less often than that."""


@dataclass(frozen=True)
class Case:
    """One load of a corpus; `wanted` is what a person would want the gate to say."""

    corpus: str
    dataset_id: str
    kind: Kind
    name: str
    wanted: Verdict
    mutation: tuple[str, ...]
    before: tuple[str, ...] = ()
    first: bool = False
    on: date | None = None
    before_on: date | None = None
    note: str = ""
    base: tuple[OrdinaryLoad, OrdinaryLoad] | None = None
    """The load and the one before it, where the corpus brings its own."""

    @property
    def id(self) -> str:
        return f"{self.dataset_id}-{self.name}"


def cases(corpus: Path) -> Iterator[Case]:
    """All cases of a folder with a file per dataset."""
    for path in sorted(corpus.glob("*.toml")):
        made = tomllib.loads(path.read_text(encoding="utf-8"))
        base = _own_base(made)
        for kind in ("defects", "unusual"):
            for name, case in made.get(kind, {}).items():
                yield Case(
                    corpus.name,
                    path.stem,
                    kind,
                    name,
                    wanted=case["wanted"],
                    mutation=tuple(case["mutation"]),
                    before=tuple(case.get("before", made.get("before", ()))),
                    first=case.get("first", False),
                    on=case.get("on"),
                    before_on=case.get("before_on"),
                    note=case.get("note", ""),
                    base=base,
                )


def _own_base(made: Mapping[str, Any]) -> tuple[OrdinaryLoad, OrdinaryLoad] | None:
    """The good load that a corpus file brings, as it is and as it was said the day before."""
    if "good" not in made:
        return None
    said_at = made.get("said", datetime(2025, 7, 21, 12, tzinfo=UTC))
    said_before = made.get("said_before", datetime(2025, 7, 20, 12, tzinfo=UTC))
    start, end = made.get("window", (date(2025, 7, 1), date(2025, 7, 20)))
    first, last = made.get("window_before", (start, end))
    countries = tuple(made["countries"])
    return (
        OrdinaryLoad(made["good"], Window(start=start, end=end), countries, said_at),
        OrdinaryLoad(made["good"], Window(start=first, end=last), countries, said_before),
    )


def verdict(result: GateResult) -> Verdict:
    """What became of the load."""
    if result.refused:
        return "refused"
    return "warned" if result.warnings else "accepted"


def tried(case: Case) -> GateResult:
    """What the gate says about a case."""
    if case.base is None:
        on = case.on or SAID_ON.get(case.dataset_id, A_DAY)
        return audited(
            case.dataset_id,
            on,
            case.mutation,
            case.before,
            first=case.first,
            before_on=case.before_on,
        )
    load, earlier = case.base
    return _audited(
        case.dataset_id, load, None if case.first else earlier, case.mutation, case.before
    )


def audited(
    dataset_id: str,
    on: date,
    mutation: Sequence[str] = (),
    before: Sequence[str] = (),
    *,
    first: bool = False,
    before_on: date | None = None,
    restless: float = 1.0,
) -> GateResult:
    """What the gate says about the ordinary load of a day, changed by statements.

    `before_on` is the day of the load accepted before, unless that is the newest one. If it is
    `on` itself, the same answer was said then.
    """
    load = ORDINARY[dataset_id](on, restless)
    if load is None:
        raise LookupError(f"no ordinary load of {dataset_id} is said on {on}")
    earlier = None if first else _earlier(dataset_id, on, restless)
    if earlier is not None and before_on == on:
        earlier = replace(load, window=earlier.window, said_at=earlier.said_at)
    elif before_on is not None:
        earlier = ORDINARY[dataset_id](before_on, restless)
    return _audited(dataset_id, load, earlier, mutation, before)


def _audited(
    dataset_id: str,
    load: OrdinaryLoad,
    earlier: OrdinaryLoad | None,
    mutation: Sequence[str],
    before: Sequence[str],
) -> GateResult:
    dataset = dataset_named(dataset_id)
    with TemporaryDirectory() as folder:
        accepted = []
        if earlier is not None:
            path = written(dataset, earlier, "L0", before, Path(folder) / "before.parquet")
            accepted.append(_record(dataset, path, earlier))
        path = written(dataset, load, "L1", mutation, Path(folder) / "load.parquet")
        return audit_load(
            dataset,
            path,
            "L1",
            Coverage(window=load.window, countries=list(load.countries)),
            load.said_at,
            accepted,
            store=SimpleNamespace(uri=lambda key: key),  # type: ignore[arg-type]
            s3=None,
        )


def written(
    dataset: Dataset, load: OrdinaryLoad, load_id: str, statements: Sequence[str], path: Path
) -> Path:
    """The load as Parquet, after the statements have changed the table `load`."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"create table load as {_base(dataset.id, load, load_id)}")
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"copy load to '{path}' (format parquet)")
    return path


BASES = TemporaryDirectory(prefix="ordinary")


@cache
def _base(dataset_id: str, load: OrdinaryLoad, load_id: str) -> str:
    """A query of the ordinary rows, which are made only once."""
    dataset = dataset_named(dataset_id)
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in dataset.all_columns)
    path = Path(BASES.name) / f"{dataset_id}-{load.said_at:%Y%m%d}-{load_id}-{hash(load)}.parquet"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"create table load ({columns})")
        connection.execute(
            f"insert into load select *, ?, ?, true from ({load.sql})",
            [load_id, load.said_at.astimezone(UTC).replace(tzinfo=None)],
        )
        connection.execute(f"copy load to '{path}' (format parquet)")
    return f"from read_parquet('{path}')"


@cache
def _earlier(dataset_id: str, on: date, restless: float) -> OrdinaryLoad | None:
    """The load that was said before; None if it is the first."""
    for days in range(1, LONGEST_GAP_DAYS):
        load = ORDINARY[dataset_id](on - timedelta(days=days), restless)
        if load is not None:
            return load
    return None


def _record(dataset: Dataset, path: Path, load: OrdinaryLoad) -> LoadRecord:
    said_at: datetime = load.said_at
    return LoadRecord(
        load_id="L0",
        pull_id="L0",
        dataset=dataset.id,
        status="accepted",
        key=str(path),
        sha256="",
        rows=1,
        coverage=Coverage(window=load.window, countries=list(load.countries)),
        said_at=said_at,
        decided_at=said_at,
        is_sample=True,
        seq=1,
    )
