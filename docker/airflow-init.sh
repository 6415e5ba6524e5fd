#!/bin/sh
# Runs once before Airflow's services start, and again harmlessly on every later start:
# brings the metadata database to this version, makes the pool that guards Appfigures' quota (its
# slots stay as somebody has changed them) and sets the admin's password from the environment.
set -eu

umask 077
printf '{"admin": "%s"}\n' "$AIRFLOW_ADMIN_PASSWORD" \
    > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"

airflow db migrate
airflow pools get appfigures > /dev/null 2>&1 \
    || airflow pools set appfigures 1 "Pulls of Appfigures at a time"
