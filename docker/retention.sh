#!/bin/sh
# Removes Airflow's runs and logs that are older than RETENTION_DAYS, every day; with the word `once`
# it does so now and ends. The lake, which has all that reports and backfills read, is not touched.
#
# The list of DAGs is left alone: a DAG that is found again is paused, so after a long standstill
# nothing would run. The newest scheduled run of each DAG stays, so no schedule starts again.
set -eu
days=${RETENTION_DAYS:?}
logs=${LOGS:-/opt/shortdrama/airflow/logs}
alive=${ALIVE:-$logs/retention.alive}
TABLES=asset_event,callback,celery_taskmeta,celery_tasksetmeta,dag_run,dag_version,deadline
TABLES=$TABLES,import_error,job,log,revoked_token,task_instance,task_instance_history
TABLES=$TABLES,task_reschedule,trigger,xcom

case $days in
    '' | *[!0-9]*) days=0 ;;
esac
if [ "$days" -lt 30 ]; then
    echo "RETENTION_DAYS is below 30, or no number: runs may still need what is younger" >&2
    exit 1
fi

clean() {
    airflow db clean --yes --skip-archive --error-on-cleanup-failure --tables "$TABLES" \
        --clean-before-timestamp "$(date -u -d "-$days days" +%Y-%m-%dT%H:%M:%S+00:00)" &&
        find "$logs" -type f -mtime "+$days" -delete &&
        find "$logs" -mindepth 1 -type d -empty -mtime +1 -delete
}

if [ "${1:-}" = once ]; then
    clean
    exit
fi
# The health check looks for this file, which is written a day before the next clean-up is due.
touch "$alive"
trap 'kill "$!" 2> /dev/null; exit 0' TERM INT
wait_for() {
    sleep "$1" &
    wait $!
}
wait_for "${FIRST_AFTER:-900}" # others start now, and need the cores
while :; do
    if clean; then
        touch "$alive"
        wait_for 86400
    else
        echo "not everything was removed; it is tried again in an hour" >&2
        wait_for 3600
    fi
done
