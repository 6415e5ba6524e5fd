#!/bin/sh
# Starts Redis with its password from a file, given as configuration, so that no `ps` shows it. What
# it was told is on disk within a second, since a lost message would leave a task queued for minutes.
set -eu
password=$(sed -e 's/[\\"]/\\&/g' "${PASSWORD:-/run/secrets/redis_password}")
exec "${REDIS:-redis-server}" - <<END
bind ${BIND:-0.0.0.0}
protected-mode yes
port 6379
dir ${DATA:-/data}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
requirepass "$password"
END
