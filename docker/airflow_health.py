"""Health check of an Airflow container: exits 0 when the named component does its work.

Asks the API server, which reads heartbeats from the metadata database. So it costs a few
milliseconds where `airflow jobs check` costs six seconds of a core each time, and a component that
cannot reach the API server, without which no task runs, is not called healthy.
"""

import json
import sys
import urllib.request

URL = "http://api-server:8080/api/v2/monitor/health"


def main(component: str) -> int:
    """Print what the API server says of `component`, and return the exit code."""
    with urllib.request.urlopen(URL, timeout=5) as answer:
        health = json.load(answer)[component]
    print(json.dumps(health))
    return 0 if health["status"] == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
