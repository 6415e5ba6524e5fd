"""Ways in which the private warehouse's file breaks, and what a build has to do about each.

A file of DuckDB begins with three headers of 4096 bytes, then come blocks of 256 KiB; headers and
blocks begin with a checksum of 8 bytes. A write-ahead log lies beside the file if the last writer
was killed.
"""

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from machines import FACT, Machine, held

HEADER, BLOCK = 4096, 262_144
HEADERS = 3 * HEADER
VERSION_AT = 12
"""Where the main header has the version of the storage format."""

End = Literal["opened", "in dbt", "on it goes", "gone"]
"""When the damage shows: on opening, in the midst of dbt, not at all; or nothing is there."""


@dataclass(frozen=True)
class Damage:
    """What is done to the file, and how the build that meets it is to go on."""

    inflict: Callable[[Path], None]
    shows: End = "opened"
    tells: str = ""
    """What the one line says of the file, if it is thrown away."""


def flip(path: Path, at: int, count: int = 1) -> None:
    """Turn the bits of some bytes over."""
    with path.open("r+b") as file:
        file.seek(at)
        broken = bytes(byte ^ 0xFF for byte in file.read(count))
        file.seek(at)
        file.write(broken)


def flips(at: int, count: int = 1) -> Callable[[Path], None]:
    return lambda path: flip(path, at, count)


def cut(size: Callable[[int], int]) -> Callable[[Path], None]:
    """Leave so many bytes of how many there are."""
    return lambda path: os.truncate(path, size(path.stat().st_size))


def becomes(body: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(body) and None


def block_of(path: Path, schema: str, table: str) -> int:
    """The first block that holds values of a table."""
    with duckdb.connect(str(path), read_only=True) as connection:
        (block,) = connection.execute(
            f"select min(block_id) from pragma_storage_info('{schema}.{table}')"
            " where block_id >= 0 and segment_type <> 'VALIDITY'"
        ).fetchone() or (None,)
    assert block is not None, f"{schema}.{table} is too small to fill a block"
    return int(block)


def break_a_fact(path: Path) -> None:
    flip(path, HEADERS + block_of(path, "marts", FACT) * BLOCK + 1000)


def break_the_catalogue(path: Path) -> None:
    """The block that says which tables there are; the newer database header names it."""
    headers = [
        struct.unpack_from("<QQQ", path.read_bytes(), at) for at in (HEADER, 2 * HEADER)
    ]  # checksum, iteration, where the catalogue is
    _, _, pointer = max(headers, key=lambda header: header[1])
    flip(path, HEADERS + (pointer & (2**56 - 1)) * BLOCK + 1000)


def break_every_block(path: Path) -> None:
    for at in range(HEADERS, path.stat().st_size, BLOCK):
        flip(path, at + 1000)


def checksum(body: bytes) -> int:
    """DuckDB's checksum of whole words."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", body):
        total ^= (word * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    return total


def is_of_a_newer_duckdb(path: Path) -> None:
    header = bytearray(path.read_bytes()[:HEADER])
    assert struct.unpack_from("<Q", header)[0] == checksum(header[8:])
    struct.pack_into("<Q", header, VERSION_AT, 9_999)
    struct.pack_into("<Q", header, 0, checksum(header[8:]))
    with path.open("r+b") as file:
        file.write(header)


def wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


DIES = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set checkpoint_threshold = '1GB'")
connection.execute(
    "insert into built.begun_months select distinct"
    " cast(date_trunc('month', estimated_on) as date) from marts.fct_app_estimates_daily"
)
connection.execute("delete from marts.fct_app_estimates_daily")
os._exit(9)
"""


def killed_while_writing(path: Path) -> Path:
    """Leave the log of a build that was killed when it had deleted the months that it rewrites."""
    subprocess.run([sys.executable, "-c", DIES, str(path)], check=False)
    assert wal_of(path).stat().st_size > 100
    return wal_of(path)


def log_of_a_killed_writer(change: Callable[[Path], None]) -> Callable[[Path], None]:
    def inflict(path: Path) -> None:
        change(killed_while_writing(path))

    return inflict


def log_of_another_file(path: Path) -> None:
    """One like this, with a life of its own."""
    other = path.with_name("other.duckdb")
    shutil.copy(path, other)
    for _ in range(2):  # so that it is at another checkpoint
        with duckdb.connect(str(other)) as connection:
            connection.execute("create or replace table built.begun_months (month_on date)")
    killed_while_writing(other)
    wal_of(other).rename(wal_of(path))
    other.unlink()


def older_log_of_this_file(path: Path) -> None:
    log = killed_while_writing(path).read_bytes()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create or replace table built.begun_months (month_on date)")
    wal_of(path).write_bytes(log)


def log_alone(path: Path) -> None:
    killed_while_writing(path)
    path.unlink()


def instead(make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Something else lies in the file's place."""

    def inflict(path: Path) -> None:
        path.unlink()
        make(path)

    return inflict


def folder_with_a_file(path: Path) -> None:
    path.mkdir()
    (path / "left").write_bytes(b"by somebody")


def sqlite_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table marts (rows)")
    connection.commit()
    connection.close()


def somebody_elses(path: Path) -> None:
    """A good file of DuckDB, with names of ours in it."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw; create schema marts")
        connection.execute("create table raw.appfigures_estimates as select 1 as mine")
        connection.execute("create view marts.fct_app_estimates_daily as select 1 as mine")


def of_an_earlier_release(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema built; create table built.inputs (document varchar)")
        connection.execute("create table built.months (mart varchar, month_on date, built_by int)")


def encrypted(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as locked (encryption_key 'lost')")
        connection.execute("create table locked.marts as select 1 as mine")


NO_DATABASE = "not a valid DuckDB database file"
CHECKSUM = "does not match stored checksum"
SHORT = "Could not read enough bytes"
WAL = "Failure while replaying WAL file"
OTHERS = "was not made by this release"

DAMAGES: dict[str, Damage] = {
    "main header: its checksum": Damage(flips(0), tells=CHECKSUM),
    "main header: the magic bytes": Damage(flips(8), tells=NO_DATABASE),
    "main header: a newer DuckDB's version": Damage(
        is_of_a_newer_duckdb, tells="Trying to read a database file with version number 9999"
    ),
    "main header: its flags": Damage(flips(100), tells=CHECKSUM),
    "first database header": Damage(flips(HEADER + 20), tells=CHECKSUM),
    "second database header": Damage(flips(2 * HEADER + 20), tells=CHECKSUM),
    "both database headers": Damage(flips(HEADER, 2 * HEADER), tells=CHECKSUM),
    "the block of the catalogue": Damage(break_the_catalogue, tells=CHECKSUM),
    "a block of a fact": Damage(break_a_fact, "in dbt", CHECKSUM),
    "every block": Damage(break_every_block, tells=CHECKSUM),
    "all bytes are zero": Damage(becomes(bytes(10 * BLOCK)), tells=NO_DATABASE),
    "cut to nothing": Damage(cut(lambda _: 0), tells=NO_DATABASE),
    "cut in the main header": Damage(cut(lambda _: 100), tells=SHORT),
    "cut in a database header": Damage(cut(lambda _: HEADER + 100), tells=SHORT),
    "cut after the headers": Damage(cut(lambda _: HEADERS), tells=SHORT),
    "cut in the middle": Damage(cut(lambda size: size // 2), tells=SHORT),
    "log of a killed writer, whole": Damage(killed_while_writing, "on it goes"),
    "log of a killed writer, a byte wrong": Damage(
        log_of_a_killed_writer(lambda log: flip(log, log.stat().st_size // 2)), tells=WAL
    ),
    "log of a killed writer, cut short": Damage(
        log_of_a_killed_writer(cut(lambda size: size - 9)), "on it goes"
    ),
    "log of a killed writer, empty": Damage(log_of_a_killed_writer(cut(lambda _: 0)), "on it goes"),
    "log of another file": Damage(log_of_another_file, tells="WAL"),
    "older log of this file": Damage(older_log_of_this_file, tells="WAL"),
    "log without its file": Damage(log_alone, "gone"),
    "a folder instead of the log": Damage(
        lambda path: wal_of(path).mkdir(), tells=".wal is not a regular file"
    ),
    "the file is gone": Damage(Path.unlink, "gone"),
    "a folder in its place": Damage(instead(folder_with_a_file), tells="not a regular file"),
    "a link to itself": Damage(
        instead(lambda path: path.symlink_to(path.name)), tells="not a regular file"
    ),
    "a link to nowhere": Damage(
        instead(lambda path: path.symlink_to("nowhere")), tells="not a regular file"
    ),
    "a pipe": Damage(instead(os.mkfifo), tells="not a regular file"),
    "a text": Damage(becomes(b"to be done\n" * 1000), tells=NO_DATABASE),
    "a Parquet file": Damage(becomes(b"PAR1" + bytes(9000) + b"PAR1"), tells=NO_DATABASE),
    "a file of SQLite": Damage(instead(sqlite_database), tells="sqlite_scanner"),
    "somebody else's database": Damage(instead(somebody_elses), tells=OTHERS),
    "an encrypted database": Damage(instead(encrypted), tells="without a key"),
    "a warehouse of an earlier release": Damage(instead(of_an_earlier_release), tells=OTHERS),
}


THROWN_AWAY = "the private warehouse cannot be used and is built from nothing: "


def heals(machine: Machine, name: str) -> None:
    """The run that meets the damage ends in a good build, and says in one line what it did."""
    machine.restore()
    damage = DAMAGES[name]
    damage.inflict(machine.path)
    said = machine.build()
    assert held(machine.path) == machine.right
    told = [line.removeprefix(THROWN_AWAY) for line in said if line.startswith(THROWN_AWAY)]
    plans = [line.split(":")[0] for line in said if line.startswith(("incremental:", "full refr"))]
    assert (
        plans
        == {
            "opened": ["full refresh"],
            "in dbt": ["incremental", "full refresh"],
            "on it goes": ["incremental"],
            "gone": ["full refresh"],
        }[damage.shows]
    )
    assert len(told) == (damage.shows in ("opened", "in dbt"))
    assert all(damage.tells in line for line in told), told
