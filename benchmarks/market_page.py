"""How long it takes to make the market page of a snapshot in both languages, and how large it is.

A process of its own makes them once, as the task does: with all imports, the library of charts
and the reading of the marts. Prints a Markdown table for docs/performance.md; exits with 1 if a
limit is passed. The marts are those of the lake in the settings if it has any (after `make demo`),
else those that the tests have.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

TESTS = Path(__file__).parents[1] / "tests"
LIMIT_SECONDS = 10.0
LIMIT_BYTES = 4_000_000


def main() -> None:
    """Measure a process of its own and hold it to the limits."""
    making = subprocess.run(  # noqa: S603 - this file
        [sys.executable, __file__, "make"], stdout=subprocess.PIPE, check=True
    )
    m = json.loads(making.stdout.splitlines()[-1])
    print("| marts | both pages | CPU | peak | larger page |\n|---|---|---|---|---|")
    print(
        f"| {m['marts']} | {m['seconds']:.1f} s | {m['cpu']:.1f} s | {m['mb']:.0f} MB |"
        f" {m['bytes'] / 1e6:.2f} MB |"
    )
    sys.exit(m["seconds"] > LIMIT_SECONDS or m["bytes"] > LIMIT_BYTES)


def measured() -> dict[str, float | str]:
    """Seconds for both languages from the first import on, the peak in MB, bytes of the larger."""
    started, used = perf_counter(), process_time()
    marts, bodies = made()
    return {
        "marts": marts,
        "seconds": perf_counter() - started,
        "cpu": process_time() - used,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes": max(map(len, bodies)),
    }


def made() -> tuple[str, list[bytes]]:
    """Whose marts they are, and the pages."""
    from botocore.exceptions import BotoCoreError, ClientError

    from shortdrama.core.errors import Failure
    from shortdrama.core.settings import settings
    from shortdrama.lake.store import ObjectStore
    from shortdrama.market_page.archive import LOCALES, made_now
    from shortdrama.warehouse.snapshots.manifest import read_manifest

    try:
        manifest = read_manifest(ObjectStore.of(settings().s3, quick=True))
        return "of the lake", [made_now(settings(), manifest, locale) for locale in LOCALES]
    except (Failure, BotoCoreError, ClientError):
        sys.path.insert(0, str(TESTS))
        from market_pages import marts, page

        with marts() as connection:
            return "of the tests", [page(connection, locale).encode() for locale in LOCALES]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured()))
    else:
        main()
