"""The bucket, through boto3: whole objects, and compare-and-swap on the few that change."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from shortdrama.core.errors import DamagedDocument
from shortdrama.core.settings import S3Settings
from shortdrama.lake.credentials import credentials

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

MISSING = {"404", "NoSuchKey", "NotFound"}
PRECONDITION_FAILED = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}
SWAP_ATTEMPTS = 50
CHUNK = 1 << 20
"""Bytes that are read at a time."""
MULTIPART_FROM = TransferConfig().multipart_threshold

T = TypeVar("T")


class NotFound(KeyError):
    """No object has that key."""


class Conflict(RuntimeError):
    """Somebody else changed the object between our read and our write."""


class Digest(NamedTuple):
    """Which bytes an object has: the store's ETag, and their sha256."""

    etag: str
    sha256: str


class Listed(NamedTuple):
    """What a listing says of an object; `modified_at` is the store's own time, in UTC."""

    key: str
    etag: str
    size: int
    modified_at: datetime


class Received(NamedTuple):
    """An object that was read into a file, as it was at that moment; `size` is in bytes."""

    etag: str
    sha256: str
    size: int
    content_type: str


def s3_client(s3: S3Settings, *, quick: bool = False) -> "S3Client":
    """A client of the lake's endpoint; raises NoCredentials when there are no keys.

    Path-style if an endpoint is set, because every S3 server understands that. A `quick` client
    gives up within seconds: for callers that have another way.
    """
    credentials(s3)
    secret = s3.secret_access_key.get_secret_value() if s3.secret_access_key else None
    return boto3.client(
        "s3",
        endpoint_url=s3.endpoint_url,
        region_name=s3.region,
        aws_access_key_id=s3.access_key_id,
        aws_secret_access_key=secret,
        config=Config(
            s3={"addressing_style": "path" if s3.endpoint_url else "auto"},
            retries={"mode": "standard", "total_max_attempts": 2 if quick else 6},
            connect_timeout=3 if quick else 60,
            read_timeout=10 if quick else 60,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


class ObjectStore:
    """The objects of one bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self.client = client
        self.bucket = bucket

    @classmethod
    def of(cls, s3: S3Settings, *, quick: bool = False) -> "ObjectStore":
        """The store that the settings name; `quick` as in s3_client."""
        return cls(s3_client(s3, quick=quick), s3.bucket)

    def ensure_bucket(self) -> None:
        """Make the bucket if it does not exist."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if _code(error) not in MISSING:
                raise
            self.client.create_bucket(Bucket=self.bucket)

    def uri(self, key: str) -> str:
        """The object's address for DuckDB and other engines."""
        return f"s3://{self.bucket}/{key}"

    def get(self, key: str) -> bytes:
        """The object's bytes; raises NotFound."""
        body, _ = self._read(key)
        return body

    def get_range(self, key: str, start: int, end: int) -> bytes:
        """The object's bytes from `start` up to and without `end`; raises NotFound."""
        try:
            answer = self.client.get_object(
                Bucket=self.bucket, Key=key, Range=f"bytes={start}-{end - 1}"
            )
        except ClientError as error:
            if _code(error) in MISSING:
                raise NotFound(key) from error
            raise
        return answer["Body"].read()

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        """Write an object. If two write the same key, they must write the same."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def exists(self, key: str) -> bool:
        """Whether the object exists."""
        try:
            self.etag(key)
        except NotFound:
            return False
        return True

    def upload(
        self, path: Path, key: str, *, content_type: str = "application/octet-stream"
    ) -> None:
        """Stream a local file into the lake."""
        # Threads take longer to start than a small file to send.
        threads = path.stat().st_size > MULTIPART_FROM
        self.client.upload_file(
            str(path),
            self.bucket,
            key,
            ExtraArgs={"ContentType": content_type},
            Config=TransferConfig(use_threads=threads),
        )

    def download(self, key: str, path: Path) -> None:
        """Stream an object to a local file; raises NotFound."""
        try:
            self.client.download_file(self.bucket, key, str(path))
        except ClientError as error:
            if _code(error) in MISSING:
                raise NotFound(key) from error
            raise

    def receive(self, key: str, path: Path) -> Received:
        """Read the object in pieces into a local file; raises NotFound.

        Unlike `download`, it says which bytes these are, even if the object changes meanwhile.
        """
        answer = self._open(key)
        sha256 = hashlib.sha256()
        with path.open("wb") as file:
            for piece in answer["Body"].iter_chunks(CHUNK):
                sha256.update(piece)
                file.write(piece)
            size = file.tell()
        return Received(answer["ETag"], sha256.hexdigest(), size, answer["ContentType"])

    def copy(self, source: str, target: str) -> None:
        """Copy within the bucket, on the server's side."""
        self.client.copy({"Bucket": self.bucket, "Key": source}, self.bucket, target)

    def delete(self, key: str) -> None:
        """Remove an object, if it exists."""
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def list(self, prefix: str) -> Iterator[str]:
        """Keys under a prefix. It is slow: for inboxes, outcomes and people."""
        yield from (key for key, _ in self.etags(prefix))

    def etag(self, key: str) -> str:
        """The object's ETag; raises NotFound."""
        return self._head(key)["ETag"]

    def size(self, key: str) -> int:
        """The object's size in bytes; raises NotFound."""
        return self._head(key)["ContentLength"]

    def _head(self, key: str) -> "HeadObjectOutputTypeDef":
        try:
            return self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if _code(error) in MISSING:
                raise NotFound(key) from error
            raise

    def digest(self, key: str) -> Digest:
        """Read the object in pieces to get its sha256; raises NotFound."""
        answer = self._open(key)
        sha256 = hashlib.sha256()
        for piece in answer["Body"].iter_chunks(CHUNK):
            sha256.update(piece)
        return Digest(answer["ETag"], sha256.hexdigest())

    def etags(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Keys under a prefix with the objects' ETags; one request for a thousand of them."""
        yield from ((one.key, one.etag) for one in self.listed(prefix))

    def listed(self, prefix: str) -> Iterator[Listed]:
        """The objects under a prefix, none of them read; one request for a thousand of them."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            for entry in page.get("Contents", []):
                yield Listed(entry["Key"], entry["ETag"], entry["Size"], entry["LastModified"])

    def folders(self, prefix: str) -> Iterator[str]:
        """Names of the folders right under a prefix, in order, without listing what is in them."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, Delimiter="/"
        )
        for page in pages:
            for entry in page.get("CommonPrefixes", []):
                yield entry["Prefix"].removeprefix(prefix).rstrip("/")

    def compare_and_swap(self, key: str, body: bytes, etag: str | None) -> str:
        """Write if the object still has `etag` (None: if there is none yet); the new ETag.

        Raises Conflict when another writer was faster.
        """
        precondition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        try:
            answer = self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType="application/json",
                **precondition,  # type: ignore[arg-type]
            )
        except ClientError as error:
            if _code(error) in PRECONDITION_FAILED:
                raise Conflict(f"{key} was changed by somebody else; read it again") from error
            raise
        return answer["ETag"]

    def read_json_versioned(self, key: str) -> tuple[Any | None, str | None]:
        """The JSON document and its ETag; (None, None) when there is none.

        Raises DamagedDocument if it is not JSON.
        """
        body, etag = self.read_versioned(key)
        return (None if body is None else _parsed(body, key)), etag

    def read_versioned(self, key: str) -> tuple[bytes | None, str | None]:
        """The object's bytes and its ETag; (None, None) when there is none."""
        try:
            return self._read(key)
        except NotFound:
            return None, None

    def update_json(self, key: str, change: Callable[[Any | None], Any | None]) -> Any:
        """Apply `change` to the JSON document by compare-and-swap, until one attempt succeeds.

        `change` gets the current document (None if there is none) and returns the new one, or None
        to leave it as it is. Returns the document that is now in the lake.
        """

        def changed(found: Any | None) -> Any:
            wanted = change(found)
            return found if wanted is None else wanted

        return self.update(key, changed, lambda body: _parsed(body, key), dump_json)

    def update(
        self,
        key: str,
        change: Callable[[T | None], T],
        parse: Callable[[bytes], T],
        dump: Callable[[T], bytes],
    ) -> T:
        """Apply `change` to the object's content by compare-and-swap, until one attempt succeeds.

        `change` gets the content (None if there is no object) and returns the new content, or the
        same to leave the object as it is. Returns the object's content afterwards.
        """
        for _ in range(SWAP_ATTEMPTS):
            body, etag = self.read_versioned(key)
            found = None if body is None else parse(body)
            wanted = change(found)
            if wanted is found:
                return wanted
            try:
                self.compare_and_swap(key, dump(wanted), etag)
            except Conflict:
                continue
            return wanted
        raise Conflict(
            f"{key} was changed by others during {SWAP_ATTEMPTS} attempts;"
            " find out what keeps writing to it"
        )

    def _read(self, key: str) -> tuple[bytes, str]:
        answer = self._open(key)
        return answer["Body"].read(), answer["ETag"]

    def _open(self, key: str) -> "GetObjectOutputTypeDef":
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if _code(error) in MISSING:
                raise NotFound(key) from error
            raise


def _parsed(body: bytes, key: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise DamagedDocument(key, f"it is not JSON ({error})") from error


def dump_json(document: Any) -> bytes:
    """JSON as the lake keeps it: readable for people, stable for comparisons."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode()
