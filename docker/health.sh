#!/bin/sh
# health.sh LIMIT COMMAND…: a health check that also ends a container that stays unwell, so that
# `restart: unless-stopped` starts it again. Docker itself only marks it, and a service that
# restarts the others would need Docker's socket, which means root on the host.
#
# Counts failures in a row. At LIMIT it asks PID 1 to end (the container's own stop, so tasks and
# databases can finish); if it is still there one check later, everything but PID 1 is killed, and
# then PID 1 ends by itself. A command that ends with 75 ("try again later") is unwell because of
# another service: that is not counted, since a restart would not help and would cost running tasks.
# COMMAND needs a time limit of its own below the check's `timeout`: Docker then kills this script too.
set -u
limit=$1
shift
failures=${HEALTH_FAILURES:-/tmp/health-failures}

"$@"
code=$?
if [ "$code" -eq 0 ]; then
    rm -f "$failures"
    exit 0
fi
if [ "$code" -ne 75 ]; then
    count=$(($(cat "$failures" 2> /dev/null || echo 0) + 1))
    echo "$count" > "$failures"
    if [ "$count" -gt "$limit" ]; then
        echo "unwell for $count checks and did not stop: it is killed"
        kill -KILL -1
    elif [ "$count" -eq "$limit" ]; then
        echo "unwell for $count checks: it is stopped, and started again"
        kill -TERM 1
    fi
fi
exit 1
