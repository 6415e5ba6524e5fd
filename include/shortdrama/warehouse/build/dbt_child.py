"""dbt in a process that is killed when its parent dies: a killed build leaves no dbt behind.

`python -m shortdrama.warehouse.build.dbt_child PARENT ARGUMENTS`; PARENT is its process id.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""Of Linux; elsewhere dbt ends by itself when it has built."""


def main(parent: int, arguments: list[str]) -> None:
    """Tie this process to its parent, then be dbt."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we were tied to it
        sys.exit("the build that started this dbt is gone")
    from dbt.cli.main import cli

    cli(arguments)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
