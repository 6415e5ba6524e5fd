#!/bin/sh
# worker.sh QUEUE: takes tasks of one queue from Redis, as many at a time as there are cores, at
# least two, unless somebody says otherwise. Logs are in the volume that the API server reads too.
set -eu
cores=$(nproc)
[ "$cores" -ge 2 ] || cores=2
exec airflow celery worker --queues "$1" --concurrency "${PARALLELISM:-$cores}" --skip-serve-logs
