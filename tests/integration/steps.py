"""What a run of market_marts does, in a process that kills itself at a given point.

`python steps.py SAID [POINT]`: points are counted, of kind `dbt` (a line that dbt prints while it
builds) and of kind `lake` (just before and just after each write to the lake); POINT is one of
them, for instance `dbt:17`. Every point is appended to the file SAID when it is reached.

The mart gate finds nothing here: what it finds is not what is tested, and Great Expectations takes
seconds to import. Its verdict is written and read as ever.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shortdrama.core.settings import settings
from shortdrama.gates import mart_gate
from shortdrama.gates.results import GateResult
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import is_published, publish

WRITES = ("put", "upload", "compare_and_swap")


class Points:
    """Counts the points of each kind, and kills at one of them."""

    def __init__(self, said: Path, fatal: str | None) -> None:
        self._said = said
        self._fatal = fatal
        self._reached: Counter[str] = Counter()

    def reach(self, kind: str, what: str) -> None:
        point = f"{kind}:{self._reached[kind]}"
        self._reached[kind] += 1
        with self._said.open("a") as said:
            said.write(f"{point} {what}\n")
        if point == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(store: ObjectStore, *arguments: Any, **options: Any) -> Any:
            key = arguments[1] if name == "upload" else arguments[0]
            self.reach("lake", f"before {name} {key}")
            answer = write(store, *arguments, **options)
            self.reach("lake", f"after {name} {key}")
            return answer

        return counted


def main(said: Path, fatal: str | None) -> None:
    points = Points(said, fatal)
    for name in WRITES:
        setattr(ObjectStore, name, points.around(name, getattr(ObjectStore, name)))
    mart_gate.audit_marts = lambda *_, **__: GateResult(  # type: ignore[assignment]
        subject="marts", suites=(), rows=0, what_to_do=""
    )
    store = ObjectStore.of(settings().s3)
    inputs = read_inputs(store)
    if not is_published(inputs, store):
        build(inputs, settings(), store, lambda line: points.reach("dbt", line))
        audit(inputs, settings(), store, print)
        publish(inputs, settings(), store, print)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:] or [None])
