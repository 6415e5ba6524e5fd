"""The keys to the lake, for engines that do not find them as boto3 does."""

from dataclasses import dataclass

import boto3

from shortdrama.core.errors import Failure
from shortdrama.core.settings import S3Settings


@dataclass(frozen=True, repr=False)
class Credentials:
    """The current keys; temporary ones have a session token."""

    key_id: str
    secret: str
    session_token: str


class NoCredentials(Failure):
    """Neither the settings nor the machine have keys to the lake."""

    kind = "store_refused"


def credentials(s3: S3Settings) -> Credentials:
    """The settings' keys, else what boto3 finds (environment, profile, role of the machine)."""
    if s3.access_key_id and s3.secret_access_key:
        return Credentials(s3.access_key_id, s3.secret_access_key.get_secret_value(), "")
    found = boto3.Session().get_credentials()
    if found is None:
        raise NoCredentials(
            "no keys to the lake. On one machine `make demo` or `make up` makes a lake with its"
            " own keys; elsewhere set SHORTDRAMA_S3__ACCESS_KEY_ID and"
            " SHORTDRAMA_S3__SECRET_ACCESS_KEY, or give boto3 a profile or role"
        )
    frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token or "")
