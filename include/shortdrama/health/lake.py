"""Whether the lake's store does what the pipeline counts on.

Each answers with what was seen, and raises Unwell with what is wrong and what to do about it.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    ParamValidationError,
)

from shortdrama.core.settings import S3Settings
from shortdrama.health.loads import accepted_loads
from shortdrama.health.running import Unwell
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.store import Conflict, NotFound, ObjectStore, dump_json

RACERS = 8
SHOWN_LOADS = 5

ENDPOINT = "correct SHORTDRAMA_S3__ENDPOINT_URL, or start the store (on one machine, `make up`)"
KEY_ID = "correct SHORTDRAMA_S3__ACCESS_KEY_ID: the store does not know this key"
SECRET_KEY = "correct SHORTDRAMA_S3__SECRET_ACCESS_KEY: it does not belong to the key"  # noqa: S105
BUCKET = "correct SHORTDRAMA_S3__BUCKET, or make the bucket with `shortdrama lake init`"
RIGHTS = (
    "correct SHORTDRAMA_S3__BUCKET or the keys SHORTDRAMA_S3__ACCESS_KEY_ID and"
    " SHORTDRAMA_S3__SECRET_ACCESS_KEY, or let these keys read and write the bucket"
)
REGION = "correct SHORTDRAMA_S3__REGION"
BY_CODE = {
    "InvalidAccessKeyId": KEY_ID,
    "SignatureDoesNotMatch": SECRET_KEY,
    "NoSuchBucket": BUCKET,
    "InvalidBucketName": BUCKET,
    "AccessDenied": RIGHTS,
    "403": RIGHTS,
    "ExpiredToken": "renew the keys, they have expired",
    "InvalidToken": "renew the keys, they have expired",
    "AuthorizationHeaderMalformed": REGION,
    "PermanentRedirect": REGION,
    "301": REGION,
    "RequestTimeTooSkewed": "set this machine's clock",
}
"""What to do, by the code in which the store refuses."""


def open_store(s3: S3Settings) -> ObjectStore:
    """The store; raises Unwell where no client of it can be made."""
    try:
        return ObjectStore.of(s3, quick=True)
    except ValueError:
        # Not its text, which repeats the address.
        raise Unwell(f"the address is none. What to do: {ENDPOINT}") from None


def bucket(s3: S3Settings) -> str:
    """Whether an object can be written, read and deleted."""
    store = open_store(s3)
    key = f"ops/doctor/{secrets.token_hex(8)}"
    try:
        store.put(key, b"?")
        found = store.get(key)
        store.delete(key)
    except NotFound:
        raise Unwell(f"an object that was written is not there. What to do: {ENDPOINT}") from None
    except (BotoCoreError, ClientError) as error:
        raise Unwell(f"{_said(error)}. What to do: {_advice(error)}") from None
    if found != b"?":
        raise Unwell(f"it gives other bytes than were written. What to do: {ENDPOINT}")
    return f"{store.bucket} answers and stores"


def marked(s3: S3Settings) -> str:
    """Whether the lake says which kind it is."""
    return f"marked {lake_kind(open_store(s3))}"


def race(s3: S3Settings) -> str:
    """Several writers, one precondition: only one may win, for a new key and for a changed one."""
    store = open_store(s3)
    key = f"ops/doctor/{secrets.token_hex(8)}"

    def winners(etag: str | None) -> int:
        def write(racer: int) -> bool:
            # An ETag is a digest: no two writes in the two rounds may have the same bytes.
            body = dump_json({"racer": racer, "after": etag})
            try:
                store.compare_and_swap(key, body, etag)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(RACERS) as pool:
            return sum(pool.map(write, range(RACERS)))

    try:
        created = winners(None)
        _, etag = store.read_json_versioned(key)
        swapped = winners(etag)
    finally:
        store.delete(key)
    if (created, swapped) != (1, 1):
        raise Unwell(
            f"of {RACERS} writers {created} created and {swapped} swapped, instead of one each."
            " What to do: this S3 lets several writers win; use another (SeaweedFS before 4.17"
            " does so)"
        )
    return f"one of {RACERS} racing writers wins"


def loads(s3: S3Settings) -> str:
    """Whether every accepted load is in the lake as it was accepted."""
    compared = accepted_loads(open_store(s3))
    if compared.damaged:
        shown = "; ".join(str(damage) for damage in compared.damaged[:SHOWN_LOADS])
        more = len(compared.damaged) - SHOWN_LOADS
        raise Unwell(shown + (f"; and {more} more" if more > 0 else ""))
    return f"{len(compared.etags):,} are in the lake as they were accepted"


def _said(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code") or "no code"
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return f"the store refuses with {code} (HTTP {status})"
    return f"the store cannot be asked ({type(error).__name__})"


def _advice(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        return BY_CODE.get(code, "see the store's own log; check SHORTDRAMA_S3__*")
    if isinstance(error, ConnectionError | HTTPClientError):
        return ENDPOINT
    return BUCKET if isinstance(error, ParamValidationError) else "check SHORTDRAMA_S3__*"
