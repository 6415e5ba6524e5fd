"""The embedded S3: ministack, with authentication, an IAM user of its own, and persistence."""

import json
import os

import boto3
import requests
from botocore.exceptions import ClientError

from shortdrama.core.settings import S3Settings, Settings, home
from shortdrama.lake.store import ObjectStore, s3_client
from shortdrama_local.embedded.machine import HOST, Machine
from shortdrama_local.embedded.process import Service, tool

USER = "shortdrama"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


def s3_service(machine: Machine) -> Service:
    """The process, told to stay on loopback and to open nothing but S3 and IAM."""
    data = home() / "s3"
    env = {
        **os.environ,
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(machine.s3_port),
        "SERVICES": "s3,iam,sts",
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(data / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(data / "objects"),
    }
    return Service("s3", [tool("ministack")], env)


def start_s3(machine: Machine) -> None:
    """Bring S3 up with a working key and the lake's bucket."""

    def healthy() -> bool:
        try:
            return requests.get(f"{machine.s3_url}/_ministack/health", timeout=2).ok
        except requests.ConnectionError:
            return False

    s3_service(machine).start(healthy, within_seconds=30)
    if not _key_works(machine):
        _make_key(machine)
    ObjectStore.of(_s3_settings(machine)).ensure_bucket()


def _s3_settings(machine: Machine) -> S3Settings:
    return S3Settings(
        endpoint_url=machine.s3_url,
        access_key_id=machine.s3_access_key_id,
        secret_access_key=machine.s3_secret_access_key,
        bucket=Settings().s3.bucket,
    )


def _key_works(machine: Machine) -> bool:
    if not machine.s3_access_key_id:
        return False
    try:
        s3_client(_s3_settings(machine)).list_buckets()
    except ClientError:
        # A killed server forgets its users; the objects stay.
        return False
    return True


def _make_key(machine: Machine) -> None:
    iam = boto3.client(
        "iam",
        endpoint_url=machine.s3_url,
        region_name="us-east-1",
        # ministack's root: it checks no secret of it. Everything else uses the user made here.
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
    )
    try:
        iam.create_user(UserName=USER)
    except iam.exceptions.EntityAlreadyExistsException:
        for old in iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=USER, AccessKeyId=old["AccessKeyId"])
    iam.put_user_policy(UserName=USER, PolicyName="lake", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    machine.s3_access_key_id = key["AccessKeyId"]
    machine.s3_secret_access_key = key["SecretAccessKey"]
    machine.save()
