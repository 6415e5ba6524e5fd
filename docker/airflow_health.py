"""Health check of an Airflow container: exits 0 when the named component does its work.

Asks the API server, which reads heartbeats from the metadata database. So it costs a few
milliseconds where `airflow jobs check` costs six seconds of a core each time, and a component that
cannot reach the API server, without which no task runs, is not called healthy.

The API server must also answer its tasks. The first request of a task makes it build a second
application: seconds of a core, while tasks give up. This check makes it build that before it is
called healthy, and so before a scheduler is started.

Exits 75 if another service is the cause: `health.sh` restarts nothing for that.
"""

import json
import sys
import urllib.error
import urllib.request

SERVER = "http://api-server:8080"
HEALTH = f"{SERVER}/api/v2/monitor/health"
TASKS = f"{SERVER}/execution/health/ping"
API_SERVER = "metadatabase"
"""What the API server says of itself: whether it reaches its database."""
SECONDS = 10.0
WARMING_SECONDS = 60.0
OTHERS = 75
"""EX_TEMPFAIL of sysexits.h."""


def main(component: str) -> int:
    """Print what the API server says of `component`, and return the exit code."""
    try:
        with urllib.request.urlopen(HEALTH, timeout=SECONDS) as answer:  # noqa: S310
            health = json.load(answer)
        if component == API_SERVER:
            with urllib.request.urlopen(TASKS, timeout=WARMING_SECONDS) as answer:  # noqa: S310
                answer.read()
    except (OSError, ValueError) as error:
        print(f"the API server does not answer: {error}")
        return 1 if component == API_SERVER else OTHERS
    print(json.dumps(health.get(component)))
    if (health.get(API_SERVER) or {}).get("status") != "healthy":
        return OTHERS
    return 0 if (health.get(component) or {}).get("status") == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
