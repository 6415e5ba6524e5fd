#!/bin/sh
# Runs as many tasks at a time as there are cores, at least two, unless somebody says otherwise. With
# workers, each of them has that limit, and the scheduler has Airflow's own (32).
set -eu
if [ "$AIRFLOW__CORE__EXECUTOR" = LocalExecutor ]; then
    cores=$(nproc)
    [ "$cores" -ge 2 ] || cores=2
    export AIRFLOW__CORE__PARALLELISM="${PARALLELISM:-$cores}"
fi
exec airflow scheduler
