"""Becomes a service: `python -m shortdrama_local.embedded.launch NAME`, as the supervisor calls it.

`up` writes into the home what to run. So the supervisor's configuration has no ports, secrets or
paths, which may contain any character, and a service that gets another port only needs a start. A
start imports nothing of the pipeline, because that would take half a second each time.
"""

import json
import os
import sys
from pathlib import Path


def plan(name: str) -> Path:
    """The file of a service's command and environment, relative to the home."""
    return Path("run", f"{name}.json")


def main(name: str) -> None:
    """Become the service; the home is the working directory."""
    planned = json.loads(plan(name).read_text(encoding="utf-8"))
    command = planned["command"]
    os.execve(command[0], command, {**os.environ, **planned["environment"]})  # noqa: S606 - ours


if __name__ == "__main__":
    main(sys.argv[1])
