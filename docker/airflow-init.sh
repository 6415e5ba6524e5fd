#!/bin/sh
# Runs once before Airflow's services start, and again harmlessly on every later start:
# brings the metadata database to this version and makes the pools that guard quotas (it keeps
# changed slots).
set -eu

airflow db migrate
for pool in $(python -c 'from shortdrama.datasets import pools; print(*pools())'); do
    airflow pools get "$pool" > /dev/null 2>&1 \
        || airflow pools set "$pool" 1 "Pulls at a time: it guards the quota of calls"
done
