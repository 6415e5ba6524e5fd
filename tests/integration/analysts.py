"""Twelve analysts, each a process: connect, ask twice, connect anew, until told to stop.

`python analysts.py FOLDER`: each appends what it saw to FOLDER/<number>.jsonl, a line per query:
the number of the connection and the figures. After FOLDER/stop appears each connects once more.
Ends with 1, and at once, when a query fails.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

from shortdrama.core.settings import settings
from shortdrama.warehouse.snapshots.read import connect

ANALYSTS = 12
QUERIES = 2
FIGURES = """
    select
        (select min(build) from dim_app),
        (select max(build) from dim_app),
        (select cast(sum(build) as bigint) from fct_sales),
        (select max(build) from rpt_sales)
"""


def ask(number: int, folder: Path) -> None:
    connections, told = 0, False
    with (folder / f"{number}.jsonl").open("w", buffering=1) as seen:
        while not told:
            told = (folder / "stop").exists()
            connections += 1
            with connect(settings()) as connection:
                for _ in range(QUERIES):
                    figures = connection.execute(FIGURES).fetchone()
                    seen.write(json.dumps([connections, figures]) + "\n")


def start(number: int, folder: Path) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            ask(number, folder)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return child


def main(folder: Path) -> int:
    children = {start(number, folder) for number in range(ANALYSTS)}
    failed = False
    while children:
        child, status = os.wait()
        children.discard(child)
        if status and not failed:
            failed = True
            for other in children:
                os.kill(other, signal.SIGTERM)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
