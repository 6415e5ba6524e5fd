"""Becomes a service: `python -m shortdrama_local.embedded.launch NAME`, as the supervisor calls it.

What to run was written into the home when the service was brought up. So the supervisor's own
configuration needs no ports, secrets or paths, whatever signs are in them, and a service that gets
another port needs nothing but a start. A start imports nothing of the pipeline, because that would
take each of them half a second.
"""

import json
import os
import sys
from pathlib import Path


def plan(name: str) -> Path:
    """Where a service's command and environment are kept, from the home."""
    return Path("run", f"{name}.json")


def main(name: str) -> None:
    """Become the service; the home is the working directory."""
    planned = json.loads(plan(name).read_text(encoding="utf-8"))
    command = planned["command"]
    os.execve(command[0], command, {**os.environ, **planned["environment"]})  # noqa: S606 - ours


if __name__ == "__main__":
    main(sys.argv[1])
