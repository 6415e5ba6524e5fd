#!/bin/sh
# The lake's store as two programs: `weed mini` (master, volumes, filer) on loopback, where no other
# container reaches it, and the S3 gateway for all of them. As one program, all its ports would be
# open to the network. If one of the two ends, the other is stopped too, and the container with it.
set -eu

weed=${WEED:-/usr/bin/weed}
data=${DATA:-/data}
identities=${IDENTITIES:-/run/secrets/s3.json}
"$weed" -logtostderr=true mini -dir="$data" -ip=127.0.0.1 -ip.bind=127.0.0.1 \
    -bucket=shortdrama -s3=false -admin.ui=false -webdav=false -master.telemetry=false &
mini=$!
"$weed" -logtostderr=true s3 -filer=127.0.0.1:8888 -ip.bind=0.0.0.0 -port=8333 \
    -config="$identities" -port.iceberg=0 -port.lance=0 &
gateway=$!

trap 'kill -TERM "$gateway" "$mini" 2> /dev/null' TERM INT
while kill -0 "$mini" 2> /dev/null && kill -0 "$gateway" 2> /dev/null; do
    sleep 1 &
    wait $! || :
done
kill -TERM "$gateway" "$mini" 2> /dev/null || :
wait
