"""What the identities of the team's store may do and may not: a program, run beside the store.

It prints one JSON object: the answer to each action by its name, `allowed` or the store's refusal.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import boto3
import grpc
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

GATEWAY = "http://127.0.0.1:8333"
OTHER_ADDRESS = "198.51.100.7"
"""Where other containers would reach the store."""
BUCKET = "shortdrama"
SEED = (
    "landing/a", "raw/a", "marts/current.json", "ops/ledger/a.json", "ops/gates/marts/a.json",
    "ops/deliveries/suppressed.json", "reports/index.html", "lake.json", "inbox/omdia/a.xlsx",
)  # fmt: skip

Action = Callable[[], Any]


def client(config: Config | None = None, **keys: str) -> Any:
    base = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    merged = base.merge(config) if config else base
    return boto3.client("s3", endpoint_url=GATEWAY, region_name="us-east-1", config=merged, **keys)


def of(name: str, secrets: Path) -> Any:
    secret = (secrets / f"s3_{name}").read_text()
    return client(aws_access_key_id=f"shortdrama-{name}", aws_secret_access_key=secret)


def put(s3: Any, key: str, **options: Any) -> Action:
    return lambda: s3.put_object(Bucket=BUCKET, Key=key, Body=b"new", **options)


def get(s3: Any, key: str) -> Action:
    return lambda: s3.get_object(Bucket=BUCKET, Key=key)


def delete(s3: Any, key: str) -> Action:
    return lambda: s3.delete_object(Bucket=BUCKET, Key=key)


def listing(s3: Any, prefix: str) -> Action:
    return lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)


def copy(s3: Any, source: str, target: str) -> Action:
    return lambda: s3.copy_object(Bucket=BUCKET, Key=target, CopySource=f"{BUCKET}/{source}")


def delete_many(s3: Any, key: str) -> Action:
    def act() -> None:
        (error,) = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]})["Errors"]
        raise ClientError({"Error": error}, "DeleteObjects")

    return act


def http(url: str, **options: Any) -> Action:
    return lambda: urlopen(Request(url, **options), timeout=5).read()  # noqa: S310


def put_identity(address: str) -> Action:
    """What the filer asks of the gateway: a new identity, without a token."""

    def act() -> None:
        with grpc.insecure_channel(address) as channel:
            call = channel.unary_unary(
                "/messaging_pb.SeaweedS3IamCache/PutIdentity",
                request_serializer=bytes,
                response_deserializer=bytes,
            )
            call(b"\x0a\x03\x0a\x01x", timeout=5)

    return act


def allowed(secrets: Path) -> dict[str, Action]:
    pipeline, ingest, transform, reports, viewer, watch, analysts = (
        of(name, secrets)
        for name in ("pipeline", "ingest", "transform", "reports", "viewer", "watch", "analysts")
    )
    return {
        "pipeline writes anything": put(pipeline, "lake.json"),
        "pipeline deletes anything": delete(pipeline, "reports/old"),
        "ingest writes landing": put(ingest, "landing/b", IfNoneMatch="*"),
        "ingest appends to a ledger": put(ingest, "ops/ledger/a.json"),
        "ingest reads the inbox": get(ingest, "inbox/omdia/a.xlsx"),
        "ingest notes an alert": put(ingest, "ops/alerts.json"),
        "transform reads raw": get(transform, "raw/a"),
        "transform moves the pointer": put(transform, "marts/current.json"),
        "reports writes an edition": put(reports, "reports/weekly/edition.json"),
        "viewer lists landing": listing(viewer, "landing/"),
        "watch notes an alert": put(watch, "ops/alerts.json"),
        "analysts list snapshots": listing(analysts, "marts/snapshots/"),
        "analysts read marts": get(analysts, "marts/current.json"),
    }


def refused(secrets: Path) -> dict[str, Action]:
    pipeline, ingest, transform, reports, viewer, watch, analysts, health = (
        of(name, secrets)
        for name in (
            "pipeline", "ingest", "transform", "reports", "viewer", "watch", "analysts", "health"
        )
    )  # fmt: skip
    nobody = client(Config(signature_version=UNSIGNED))
    wrong = client(aws_access_key_id="shortdrama-pipeline", aws_secret_access_key="guess")
    older = client(aws_access_key_id="admin", aws_secret_access_key="adm")
    return {
        "nobody reads marts": get(nobody, "marts/current.json"),
        "nobody lists the bucket": listing(nobody, ""),
        "a wrong secret reads": get(wrong, "marts/current.json"),
        "an unknown key reads": get(older, "marts/current.json"),
        "pipeline removes the bucket": lambda: pipeline.delete_bucket(Bucket=BUCKET),
        "pipeline makes another bucket": lambda: pipeline.create_bucket(Bucket="other"),
        "ingest moves the pointer": put(ingest, "marts/current.json"),
        "ingest removes marts": delete(ingest, "marts/current.json"),
        "ingest removes marts among others": delete_many(ingest, "marts/current.json"),
        "ingest copies into marts": copy(ingest, "landing/a", "marts/b"),
        "ingest sends marts in parts": lambda: ingest.create_multipart_upload(
            Bucket=BUCKET, Key="marts/b"
        ),
        "ingest writes through ..": put(ingest, "landing/../marts/b"),
        "ingest accepts red marts": put(ingest, "ops/overrides/marts/a.json"),
        "ingest changes the lake's kind": put(ingest, "lake.json"),
        "transform writes raw": put(transform, "raw/a"),
        "transform removes landing": delete(transform, "landing/a"),
        "transform writes a ledger": put(transform, "ops/ledger/a.json"),
        "reports moves the pointer": put(reports, "marts/current.json"),
        "reports reads landing": get(reports, "landing/a"),
        "reports writes a gate": put(reports, "ops/gates/marts/a.json"),
        "viewer writes": put(viewer, "ops/alerts.json"),
        "watch writes an edition": put(watch, "reports/index.html"),
        "watch reads landing": get(watch, "landing/a"),
        "analysts write marts": put(analysts, "marts/b"),
        "analysts copy within marts": copy(analysts, "marts/current.json", "marts/b"),
        "analysts read landing": get(analysts, "landing/a"),
        "analysts read through ..": get(analysts, "marts/../landing/a"),
        "analysts list the bucket": listing(analysts, ""),
        "analysts list landing": lambda: analysts.list_objects(Bucket=BUCKET, Prefix="landing/"),
        "analysts see versions": lambda: analysts.list_object_versions(Bucket=BUCKET),
        "analysts read the readers who left": get(analysts, "ops/deliveries/suppressed.json"),
        "analysts open the bucket": lambda: analysts.put_bucket_acl(
            Bucket=BUCKET, ACL="public-read"
        ),
        "transform lets objects expire": lambda: transform.put_bucket_lifecycle_configuration(
            Bucket=BUCKET,
            LifecycleConfiguration={
                "Rules": [
                    {
                        "ID": "a",
                        "Status": "Enabled",
                        "Filter": {"Prefix": ""},
                        "Expiration": {"Days": 1},
                    }
                ]
            },
        ),
        "health reads": get(health, "lake.json"),
        "no token reads from the filer": http("http://127.0.0.1:8888/buckets/shortdrama/lake.json"),
        "no token writes to the filer": http(
            "http://127.0.0.1:8888/buckets/shortdrama/lake.json", data=b"x", method="PUT"
        ),
        "no token gives the gateway an identity": put_identity("127.0.0.1:18333"),
        **{
            f"another container reaches port {port}": http(f"http://{OTHER_ADDRESS}:{port}/")
            for port in (8888, 18888, 9333, 19333, 9340, 19340, 23646)
        },
    }


def answer(act: Action) -> str:
    try:
        act()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except HTTPError as error:
        return f"HTTP {error.code}"
    except grpc.RpcError as error:
        return str(error.code().name)
    except (URLError, BotoCoreError) as error:
        return f"{error}"
    return "allowed"


def wait(seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urlopen(f"http://{OTHER_ADDRESS}:8333/healthz", timeout=5).read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def main(secrets: Path) -> None:
    wait()
    pipeline = of("pipeline", secrets)
    for key in SEED:
        pipeline.put_object(Bucket=BUCKET, Key=key, Body=b"old")
    found = {
        "allowed": {name: answer(act) for name, act in allowed(secrets).items()},
        "refused": {name: answer(act) for name, act in refused(secrets).items()},
        "objects": {
            one["Key"]: pipeline.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read().decode()
            for one in pipeline.list_objects_v2(Bucket=BUCKET)["Contents"]
        },
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
