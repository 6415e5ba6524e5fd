#!/bin/sh
# Runs as many tasks at a time as there are cores, at least two, unless somebody says otherwise.
set -eu
cores=$(nproc)
[ "$cores" -ge 2 ] || cores=2
export AIRFLOW__CORE__PARALLELISM="${PARALLELISM:-$cores}"
exec airflow scheduler
