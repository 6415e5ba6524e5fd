#!/bin/sh
# restore.sh FOLDER [NAME] [--database | --lake] [--replace]: brings back what backup.sh has copied,
# by default all of the newest back-up. It stops the stack and leaves it stopped, but for its two
# stores. Without --replace it refuses a database with tables and a bucket with other objects.
set -eu

fail() {
    echo "stack-restore: $1" >&2
    exit 1
}

folder='' name='' part=all replace=''
for word in "$@"; do
    case $word in
        --database) part=database ;;
        --lake) part=lake ;;
        --replace) replace=--replace ;;
        --*) fail "$word is none of --database, --lake, --replace" ;;
        *)
            if [ -z "$folder" ]; then folder=$word; else name=$word; fi
            ;;
    esac
done
[ -n "$folder" ] || fail "say where from: make stack-restore FROM=/srv/backup"
case $folder in
    /*) ;;
    *) folder=$PWD/$folder ;;
esac
cd "$(dirname "$0")/.."

if [ -z "$name" ]; then
    name=$(cd "$folder" && ls | sed -n 's/\.lake\.json$//p' | sort | tail -n 1)
    [ -n "$name" ] || fail "$folder has no finished back-up"
fi
dump=$name.airflow.dump
[ -e "$folder/$name.lake.json" ] || fail "$name is no finished back-up: it has no $name.lake.json"
if [ "$part" != lake ]; then
    [ -e "$folder/$dump" ] || fail "$name has no database; a lake alone is restored with --lake"
    (cd "$folder" && sha256sum --check --status "$dump.sha256") \
        || fail "$dump has other bytes than were written; nothing was changed"
fi

sql() {
    docker compose exec -T postgres psql --no-psqlrc --username=airflow --tuples-only --no-align "$@"
}

docker compose down # nobody may write meanwhile; volumes stay
docker compose up --wait postgres seaweedfs
if [ "$part" != lake ]; then
    tables=$(sql --dbname=airflow --command="select count(*) from pg_tables where schemaname = 'public'")
    if [ "$tables" != 0 ] && [ -z "$replace" ]; then
        fail "Airflow's database has $tables tables; nothing was changed. With --replace they are lost"
    fi
fi
if [ "$part" != database ]; then
    docker compose run --rm --no-deps -T --user "$(id -u):$(id -g)" --volume "$folder:/backup:ro" \
        lake-init shortdrama lake restore /backup "$name" $replace
fi
if [ "$part" != lake ]; then
    if [ "$tables" != 0 ]; then
        sql --dbname=postgres --command='drop database airflow with (force)' \
            --command='create database airflow' > /dev/null
    fi
    docker compose exec -T postgres pg_restore --username=airflow --dbname=airflow --no-owner \
        --no-privileges --exit-on-error --single-transaction < "$folder/$dump" \
        || fail "the database could not be restored; it is as it was before"
fi
echo "stack-restore: $name is restored. Start everything: docker compose up --wait"
