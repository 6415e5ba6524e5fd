#!/bin/sh
# backup.sh FOLDER [KEEP]: copies Airflow's database and the lake into a folder, while the stack runs.
# FOLDER/<instant>.airflow.dump, its SHA-256 beside it, and <instant>.lake.json are one back-up; the
# last is written last. Objects of the lake are in FOLDER/objects, once for all back-ups.
# With a number KEEP, only the last KEEP back-ups stay.
#
# The database goes first. Restored, Airflow then knows no run whose work the lake lacks: what it
# does a second time changes nothing, but what it took for done would be missing.
set -eu
umask 077

fail() {
    echo "stack-backup: $1" >&2
    exit 1
}

[ -n "${1:-}" ] || fail "say where to: make stack-backup TO=/srv/backup"
case $1 in
    /*) folder=$1 ;;
    *) folder=$PWD/$1 ;;
esac
cd "$(dirname "$0")/.."
mkdir -p "$folder"

name=$(date -u +%Y%m%dT%H%M%SZ)
dump=$name.airflow.dump
trap 'rm -f "$folder/$dump.new"' EXIT
docker compose exec -T postgres pg_dump --username=airflow --format=custom airflow \
    > "$folder/$dump.new" || fail "the database could not be copied; no back-up was made"
(
    cd "$folder"
    mv "$dump.new" "$dump"
    sha256sum "$dump" > "$dump.sha256"
)
# As this user, so that the files are theirs; secrets are readable for all users of a container.
docker compose run --rm --no-deps -T --user "$(id -u):$(id -g)" --volume "$folder:/backup" lake-init \
    shortdrama lake backup /backup --name "$name" ${2:+--keep "$2"} \
    || fail "the lake could not be copied: $name is no back-up. What was copied serves the next one"
echo "stack-backup: $folder has the back-up $name. It has no secrets: keep .env and secrets/ too"
