"""The cause of a failure, judged only from the error and the run; nothing else is read."""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
from botocore.exceptions import (
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from shortdrama.core.errors import (
    DbtFailed,
    Failure,
    Kind,
    LoadRefused,
    MartsRefused,
    ReportWithheld,
)

NO_ROOM = re.compile(r"No space left on device|Disk quota exceeded")
NO_ANSWER = re.compile(r"error for HTTP [A-Z]+ to ")
ANSWER = re.compile(r"HTTP Error: .*?\bHTTP (?:code )?(\d{3})\b")
"""DuckDB's texts (also in dbt's errors) for errors that have no class of their own."""

KEY_REFUSED = {
    "AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch",
}  # fmt: skip
NO_BUCKET = "NoSuchBucket"
OF_A_SOURCE: tuple[Kind, ...] = (
    "source_away", "source_refused", "credential_refused", "quota_spent",
)  # fmt: skip
INSUFFICIENT_STORAGE = 507
LINKS = 20
"""More errors are not looked at, because a chain of errors may be a circle."""


@dataclass(frozen=True)
class Run:
    """What failed: the task, what it worked on, and whether a later run repeats it automatically.

    `dataset` is an id, `about` also names the window or the file. `by_hand`: a person asked for
    exactly this; `backfilled`: Airflow's backfill did.
    """

    dag_id: str
    task: str
    about: str = ""
    by_hand: bool = False
    backfilled: bool = False
    log_url: str = ""

    @property
    def dataset(self) -> str | None:
        """The dataset that the task worked on, if there was one."""
        return self.about.split()[0] if self.about else None

    @property
    def source(self) -> str:
        """The source of that dataset."""
        return (self.dataset or self.dag_id.removeprefix("ingest_")).split(".")[0]

    def __str__(self) -> str:
        return f"{self.dag_id}, {self.task}" + (f" of {self.about}" if self.about else "")


@dataclass(frozen=True)
class Cause:
    """What is wrong, and where, if there may be several places. One mail is sent per cause."""

    kind: Kind
    where: str = ""

    @property
    def key(self) -> str:
        """The cause's name: a path without a slash at its end."""
        return f"{self.kind}/{self.where}" if self.where else self.kind


STORE_AWAY = Cause("store_away")
STORE_REFUSED = Cause("store_refused")


def cause_of(error: BaseException, run: Run, host: str) -> Cause:
    """The cause of a failure; `host` is the machine on which the task ran.

    A fault of the machine or the store comes before what our own error says: if a build fails
    because the store is away, that is not a dbt error.
    """
    links = list(_chain(error))
    for link in links:
        if (found := _of_machine(link, host)) is not None:
            return found
    for link in links:
        if isinstance(link, Failure) and link.kind != "failed":
            return Cause(link.kind, _where(link, run))
    ours = next((link for link in links if isinstance(link, Failure)), None)
    kind: Kind = "unknown_error" if ours is None else "failed"
    return Cause(kind, f"{run.dag_id}.{run.dataset or run.task}.{type(ours or links[0]).__name__}")


def telling(error: BaseException) -> BaseException:
    """The most useful link for a person: our own error if there is one, else the first."""
    return next((link for link in _chain(error) if isinstance(link, Failure)), error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    for _ in range(LINKS):
        if link is None:
            return
        yield link
        # Also what `from None` keeps from being printed.
        link = link.__cause__ or link.__context__


def _of_machine(link: BaseException, host: str) -> Cause | None:
    """A fault of the disk or the store, if the error says so."""
    if isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT):
        return Cause("disk_full", host)
    if isinstance(link, ClientError):
        return _of_answer(link)
    if isinstance(link, ConnectionError | HTTPClientError):
        return STORE_AWAY
    if isinstance(link, NoCredentialsError | PartialCredentialsError):
        return STORE_REFUSED
    if isinstance(link, duckdb.Error | DbtFailed):
        return _of_text(str(link), host)
    return None


def _of_answer(error: ClientError) -> Cause | None:
    code = error.response.get("Error", {}).get("Code", "")
    if code == NO_BUCKET:
        return STORE_AWAY
    if code in KEY_REFUSED:
        return STORE_REFUSED
    return _of_status(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _of_text(text: str, host: str) -> Cause | None:
    if NO_ROOM.search(text):
        return Cause("disk_full", host)
    if NO_ANSWER.search(text):
        return STORE_AWAY
    answered = ANSWER.search(text)
    return _of_status(int(answered[1])) if answered else None


def _of_status(status: int) -> Cause | None:
    if status in (401, 403):
        return STORE_REFUSED
    if status == INSUFFICIENT_STORAGE:
        return Cause("disk_full", "S3")
    return STORE_AWAY if status >= 500 else None


def _where(error: Failure, run: Run) -> str:
    """What distinguishes a cause from others of its kind."""
    if isinstance(error, LoadRefused):
        return error.load_id
    if isinstance(error, MartsRefused):
        return error.fingerprint
    if isinstance(error, ReportWithheld):
        return error.period
    if error.kind in OF_A_SOURCE:
        return run.source
    if error.kind == "task_killed":
        return f"{run.dag_id}.{run.task}"
    return run.dag_id if error.kind == "run_stopped" else ""
