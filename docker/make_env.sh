#!/bin/sh
# make_env.sh [FOLDER]: makes what docker-compose.yml needs and a clone does not have: passwords in
# secrets/, settings in .env. It asks nothing and needs nothing but a shell and its usual tools. It
# only adds what is missing, so it can be run again at any time, also after an upgrade: volumes keep
# the passwords that they were made with. Passwords of an older .env are taken over.
set -eu
cd "${1:-$(dirname "$0")/..}"

fail() {
    echo "make env: $1" >&2
    exit 1
}

[ -f .env.example ] || fail "there is no .env.example here: run it in a clone of the project"

# 256 bits; no character of it needs quoting anywhere.
random() {
    found=$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n')
    [ ${#found} -eq 64 ] || fail "/dev/urandom gives no random bytes"
    printf %s "$found"
}

unclear() {
    fail "$1 in .env has a \$ or a \\, so it is not clear which password was used. Write that \
password into secrets/$2, which is taken as it is, and run this again"
}

# The value of a name in .env as Docker Compose read it; empty if there is none.
older() {
    [ -f .env ] || return 0
    line=$(sed -n "s/^$1=//p" .env | tail -n 1 | tr -d '\r')
    case $line in
        *\\*) unclear "$1" "$2" ;;
        \'*\') line=${line#\'} line=${line%\'} ;;
        *'$'*) unclear "$1" "$2" ;;
        \"*\") line=${line#\"} line=${line%\"} ;;
    esac
    printf %s "$line"
}

# keep FILE: what is given as input becomes secrets/FILE, whole or not at all, unless it exists.
keep() {
    if [ -e "secrets/$1" ]; then
        cat > /dev/null
        return
    fi
    cat > "secrets/.$1.new"
    mv "secrets/.$1.new" "secrets/$1"
}

# secret FILE [NAME]: a random password, or that of an older .env.
secret() {
    [ ! -e "secrets/$1" ] || return 0
    value=$(older "${2:-}" "$1") || exit 1
    [ -n "$value" ] || value=$(random)
    printf %s "$value" | keep "$1"
}

# In a JSON string.
escaped() {
    sed -e 's/[\\"]/\\&/g' "secrets/$1"
}

# identity NAME ACTION…: one of the store's identities; its secret is in secrets/s3_NAME.
identity() {
    name=$1
    shift
    printf '%s {"name": "%s", "credentials": [{"accessKey": "shortdrama-%s", "secretKey": "%s"}], "actions": [' \
        "$comma" "$name" "$name" "$(escaped "s3_$name")"
    comma=,
    between=
    for action in "$@"; do
        printf '%s"%s"' "$between" "$action"
        between=', '
    done
    printf ']}\n'
}

# may RIGHT PREFIX…: the right on keys that begin so; without a prefix, on the whole bucket.
may() {
    right=$1
    shift
    [ $# -gt 0 ] || printf ' %s:shortdrama' "$right"
    for prefix in "$@"; do
        printf ' %s:shortdrama/%s*' "$right" "$prefix"
    done
}

identities() {
    comma=' '
    set -f # the stars are no file names
    printf '{"identities": [\n'
    identity pipeline $(may Read) $(may Write) $(may List) $(may Tagging)
    identity ingest $(may Read) $(may List) $(may Write landing/ candidates/ raw/ quarantine/ \
        ops/ledger/ ops/answers/ ops/outcomes/ ops/inbox/ ops/layouts/ ops/alerts.json)
    identity transform $(may Read) $(may List) $(may Write marts/ ops/builds/ ops/gates/ \
        ops/outcomes/ ops/backfills/ ops/alerts.json)
    identity reports $(may Read marts/ ops/ reports/ lake.json) $(may List marts/ ops/ reports/) \
        $(may Write reports/ ops/deliveries/ ops/outcomes/ ops/alerts.json)
    identity viewer $(may Read) $(may List)
    identity watch $(may Read marts/ ops/ reports/ lake.json) $(may List marts/ ops/ reports/) \
        $(may Write ops/alerts.json)
    identity analysts $(may Read marts/ lake.json) $(may List marts/)
    identity health $(may List health/)
    printf ']}\n'
    set +f
}

# Keys with which the parts of the store trust each other.
security() {
    for part in signing signing.read filer_signing filer_signing.read; do
        printf '[jwt.%s]\nkey = "%s"\n' "$part" "$(random)"
    done
}

umask 077
mkdir -p secrets
before=" $(ls secrets | tr '\n' ' ')"
chmod 700 secrets 2> /dev/null || :
# Users of containers read the files, and Docker shows each container only its own. The folder keeps
# other users of this host out.
umask 022

secret postgres_password AIRFLOW_DB_PASSWORD
secret redis_password
secret airflow_api_secret_key AIRFLOW_API_SECRET_KEY
secret airflow_jwt_secret AIRFLOW_JWT_SECRET
secret airflow_pipeline_password
secret airflow_watch_password
secret mail_signing_key MAIL_SIGNING_KEY
secret simulator_token SIMULATOR_TOKEN
for name in pipeline ingest transform reports viewer watch analysts health; do
    secret "s3_$name"
done
if [ ! -e secrets/airflow_fernet_key ]; then
    key=$(older AIRFLOW_FERNET_KEY airflow_fernet_key) || exit 1
    [ -n "$key" ] || key=$(dd if=/dev/urandom bs=32 count=1 2> /dev/null | base64 | tr '+/' '-_')
    [ ${#key} -eq 44 ] || fail "the key for secrets/airflow_fernet_key has not 44 characters"
    printf %s "$key" | keep airflow_fernet_key
fi
if [ ! -e secrets/airflow_users ]; then
    password=$(older AIRFLOW_ADMIN_PASSWORD airflow_users) || exit 1
    printf 'admin:admin:%s\n' "${password:-$(random)}" | keep airflow_users
fi
# The simulator's token is every sample source's.
keep appfigures_token < secrets/simulator_token
keep tiktok_token < secrets/simulator_token
printf '' | keep mail_password
printf '{"readers-en": "team@shortdrama.invalid", "readers-zh": "team-zh@shortdrama.invalid"}\n' \
    | keep mail_addresses
identities | keep s3.json
security | keep security.toml

for name in pipeline ingest transform reports viewer watch analysts health; do
    grep -F -q -e "\"$(escaped "s3_$name")\"" secrets/s3.json || fail "secrets/s3_$name is not in \
secrets/s3.json. Remove s3.json, run this again, and start the stack with --force-recreate"
done

added=
if [ ! -e .env ]; then
    cp .env.example .env.new
    mv .env.new .env
    added=" all of .env.example"
else
    [ -z "$(tail -c 1 .env)" ] || echo >> .env
    for name in $(sed -n 's/^\([A-Z][A-Z0-9_]*\)=.*/\1/p' .env.example); do
        if ! grep -q "^$name=" .env; then
            grep "^$name=" .env.example >> .env
            added="$added $name"
        fi
    done
fi

made=
for name in $(ls secrets); do
    case $before in
        *" $name "*) ;;
        *) made="$made $name" ;;
    esac
done
echo "secrets/: ${made:+made}${made:-nothing to make}"
echo ".env: ${added:+added}${added:-nothing to add}"
if grep -q '^\(AIRFLOW_[A-Z_]*\(PASSWORD\|KEY\|SECRET\)\|S3_ACCESS_KEY_ID\|S3_SECRET_ACCESS_KEY\|MAIL_SIGNING_KEY\|SIMULATOR_TOKEN\)=' .env; then
    echo "The passwords in .env are not read any more; they were copied to secrets/. Remove these"
    echo "lines from .env: AIRFLOW_*_PASSWORD, AIRFLOW_*_KEY, AIRFLOW_JWT_SECRET, S3_*_KEY*,"
    echo "MAIL_SIGNING_KEY, SIMULATOR_TOKEN"
fi
case $(ls -ld secrets) in
    drwx------*) ;;
    *) echo "make env: secrets/ is open to other users of this host, because its file system keeps" \
        "no modes. Move the clone to one that does" >&2 ;;
esac
echo "Airflow's users are in secrets/airflow_users (name:role:password, one a line)."
