#!/bin/sh
# Runs once before Airflow's services start, and again harmlessly on every later start:
# brings the metadata database to this version and sets the admin's password from the environment.
set -eu

umask 077
printf '{"admin": "%s"}\n' "$AIRFLOW_ADMIN_PASSWORD" \
    > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"

exec airflow db migrate
