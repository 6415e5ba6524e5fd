"""The process in which one question of an assistant is answered, from files of a local copy.

It has no key to the lake, no environment, and no extension that speaks to a network. DuckDB may
read the files of the snapshot and no others, and cannot be told otherwise; the system lets this
process write no file, and take only so much memory and time. Whoever asked ends it when its time is
over.
"""

import json
import resource
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from shortdrama.analysts.assistant.permitted import NotPermitted, check, quoted

EXACT = 2**53
"""Larger integers are not exact in JSON: they are given as text, as decimals are."""
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
            "UINTEGER", "UBIGINT", "UHUGEINT")  # fmt: skip
ANSWER_CHARACTERS = 200_000
"""An answer with more has no further rows; the names and types of its columns count."""
REFUSAL_CHARACTERS = 2_000
OTHER_MEMORY_MB = 3_072
"""Address space of the process besides what DuckDB may use: for libraries and threads."""
FETCHED = 100


@dataclass(frozen=True)
class Question:
    """A query and its limits. `views` is the `marts.duckdb` of a local copy, `files` all of it.

    `memory_mb` is DuckDB's; nothing is spilled to disk. `cell` is in characters.
    """

    query: str
    views: str
    files: list[str]
    rows: int
    cell: int
    memory_mb: int
    seconds: int


@dataclass(frozen=True)
class Answer:
    """Rows as JSON can hold them exactly, or `refused`, which says why there are none."""

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    more_rows: bool = False
    cut_cells: int = 0
    refused: str | None = None


def limit_process(question: Question) -> None:
    """What the system enforces: no files written, bounded memory and processor time, an end.

    The end comes also when whoever asked is gone, and to a query that only waits.
    """
    memory = OTHER_MEMORY_MB + question.memory_mb << 20
    for limit, value in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, 2 * question.seconds + 5),
    ):
        resource.setrlimit(limit, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.alarm(question.seconds + 1)


def locked(question: Question) -> duckdb.DuckDBPyConnection:
    """A connection on the marts of the copy, and on nothing else, for good."""
    connection = duckdb.connect(
        config={
            "threads": 2,
            "memory_limit": f"{question.memory_mb}MB",
            "temp_directory": "",
            "allow_persistent_secrets": False,
            "allow_community_extensions": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set python_enable_replacements = false")
    connection.execute(f"attach {quoted(question.views)} as marts (read_only)")
    connection.execute("use marts")
    files = ", ".join(quoted(file) for file in question.files)
    connection.execute(f"set allowed_paths = [{files}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def answered(connection: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """The answer; a query that is refused, or fails, says so in it."""
    query = question.query.strip().rstrip(";")
    try:
        check(connection, query)
        described = connection.execute(f"describe (\n{query}\n)").fetchall()
        columns = [{"name": name, "type": kind} for name, kind, *_ in described]
        if _characters(columns) > ANSWER_CHARACTERS:
            raise NotPermitted("the names and types of the columns are too long; choose a few")
        cell = min(question.cell, ANSWER_CHARACTERS // len(columns))
        # DuckDB writes each value: Python could not hold all of them, such as the date infinity.
        cursor = connection.execute(
            f"select left(cast(columns(*) as varchar), {cell + 1})"  # noqa: S608 - checked
            f" from (\n{query}\n) limit {question.rows + 1}"
        )
        return _read(cursor, columns, cell, question.rows)
    except NotPermitted as error:
        return _refused(str(error), question)
    except duckdb.OutOfMemoryException:
        return _refused(too_large(question), question)
    except duckdb.Error as error:
        return _refused(str(error), question)


def too_large(question: Question) -> str:
    """The words for a query that needs more memory than it may have."""
    return (
        f"the query needs more than {question.memory_mb} MB of memory; filter or aggregate more,"
        " and join on keys"
    )


def _read(
    cursor: duckdb.DuckDBPyConnection, columns: list[dict[str, str]], cell: int, most: int
) -> Answer:
    rows: list[list[Any]] = []
    kinds = [column["type"] for column in columns]
    characters, cut = _characters(columns), 0
    while fetched := cursor.fetchmany(FETCHED):
        for texts in fetched:
            if len(rows) == most or characters > ANSWER_CHARACTERS:
                return Answer(columns, rows, more_rows=True, cut_cells=cut)
            cut += sum(text is not None and len(text) > cell for text in texts)
            characters += sum(len(text or "null") for text in texts)
            rows.append([_value(text, kind, cell) for text, kind in zip(texts, kinds, strict=True)])
    return Answer(columns, rows, cut_cells=cut)


def _characters(columns: list[dict[str, str]]) -> int:
    return sum(len(column["name"]) + len(column["type"]) for column in columns)


def _value(text: str | None, kind: str, cell: int) -> Any:
    if text is None:
        return None
    if len(text) > cell:
        return f"{text[:cell]}… (cut)"
    if kind == "BOOLEAN":
        return text == "true"
    if kind in INTEGERS and abs(number := int(text)) <= EXACT:
        return number
    if kind in ("FLOAT", "DOUBLE") and text.lower().lstrip("-") not in ("nan", "inf"):
        return float(text)
    return text


def _refused(message: str, question: Question) -> Answer:
    """Without paths, and not long: DuckDB's words may repeat a whole value."""
    told = message.replace(str(Path(question.views).parent), "…")
    return Answer([], [], refused=told[:REFUSAL_CHARACTERS])


def main() -> None:
    """Read a question from standard input; write its answer to standard output."""
    question = Question(**json.load(sys.stdin))
    limit_process(question)
    try:
        with locked(question) as connection:
            answer = answered(connection, question)
    except MemoryError:
        answer = _refused(too_large(question), question)
    json.dump(asdict(answer), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
