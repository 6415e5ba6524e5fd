"""Health check of a Celery worker: exits 0 when the worker of this container answers through Redis.

`celery inspect` would import all of Airflow each time; this imports Celery only. Exits 75 if Redis
is away: `health.sh` does not restart a worker, whose tasks go on, because of that.
"""

import socket
import sys
from pathlib import Path

from celery import Celery
from kombu.exceptions import OperationalError
from secret_url import secret_url

SECRET = Path("/run/secrets/redis_password")
BROKER = "redis://:{}@redis:6379/0"
SECONDS = 8.0
OTHERS = 75
"""EX_TEMPFAIL of sysexits.h."""


def main() -> int:
    """Ask the worker, and return the exit code."""
    worker = f"celery@{socket.gethostname()}"
    app = Celery(broker=secret_url(SECRET, BROKER))
    app.conf.broker_connection_timeout = SECONDS
    try:
        with app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=SECONDS)
        answer = app.control.ping(destination=[worker], timeout=SECONDS)
    except (OperationalError, OSError) as error:
        print(f"Redis does not answer: {error}")
        return OTHERS
    print(answer or f"{worker} does not answer")
    return 0 if answer else 1


if __name__ == "__main__":
    sys.exit(main())
