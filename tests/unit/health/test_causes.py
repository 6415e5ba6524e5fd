"""The cause of a failure, judged from the error and the run alone."""

import errno
from collections.abc import Callable

import duckdb
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from shortdrama.core.errors import (
    AirflowAway,
    BuildFailed,
    CredentialRefused,
    DbtFailed,
    LoadRefused,
    LoadsDamaged,
    MartsRefused,
    PermanentError,
    QuotaError,
    ReportWithheld,
    RunStopped,
    SchemaError,
    TaskKilled,
    TransientError,
)
from shortdrama.health.causes import Run, cause_of, telling
from shortdrama.lake.credentials import NoCredentials
from shortdrama.mail.smtp import DeliveryFailed
from shortdrama.orchestration.errors import classed

PULL = Run("ingest_appfigures", "pull", "appfigures.estimates 2025-09-01..2025-09-30")
BUILD = Run("market_marts", "build")


def s3_says(status: int, code: str) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetObject")  # type: ignore[arg-type]


def no_answer() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="http://127.0.0.1:1/b/k")


def chained(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


DBT_WITHOUT_STORE = (
    "dbt could not build the marts.\n  IO Error: Could not connect to server error for HTTP GET"
    " to 'http://127.0.0.1:1/shortdrama/raw/x.parquet'"
)


@pytest.mark.parametrize(
    ("error", "run", "key"),
    [
        (no_answer(), PULL, "store_away"),
        (s3_says(500, "InternalError"), PULL, "store_away"),
        (s3_says(503, "SlowDown"), PULL, "store_away"),
        (s3_says(404, "NoSuchBucket"), PULL, "store_away"),
        (s3_says(403, "InvalidAccessKeyId"), PULL, "store_refused"),
        (s3_says(403, "AccessDenied"), BUILD, "store_refused"),
        (NoCredentialsError(), BUILD, "store_refused"),
        (NoCredentials("no keys"), BUILD, "store_refused"),
        (s3_says(507, "XMinioStorageFull"), PULL, "disk_full/S3"),
        (OSError(errno.ENOSPC, "No space left on device"), BUILD, "disk_full/box"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), BUILD, "disk_full/box"),
        (TransientError("no answer"), PULL, "source_away/appfigures"),
        (PermanentError("bad request"), PULL, "source_refused/appfigures"),
        (CredentialRefused("bad token"), PULL, "credential_refused/appfigures"),
        (QuotaError("spent"), PULL, "quota_spent/appfigures"),
        (LoadRefused("odd", "L1"), PULL, "load_refused/L1"),
        (MartsRefused("odd", "f00"), BUILD, "marts_refused/f00"),
        (DbtFailed("Compilation Error"), BUILD, "dbt_error"),
        (LoadsDamaged("one is not what was accepted", "one"), BUILD, "loads_damaged"),
        (
            ReportWithheld("2025-W39", "x.y", "is late", "Load it."),
            BUILD,
            "brief_withheld/2025-W39",
        ),
        (DeliveryFailed("no server"), BUILD, "mail_refused"),
        (TaskKilled("gone"), BUILD, "task_killed/market_marts.build"),
        (RunStopped("too long"), BUILD, "run_stopped/market_marts"),
        (AirflowAway("silent"), BUILD, "airflow_away"),
        (BuildFailed("no"), BUILD, "failed/market_marts.build.BuildFailed"),
        (KeyError("x"), BUILD, "unknown_error/market_marts.build.KeyError"),
        (KeyError("x"), PULL, "unknown_error/ingest_appfigures.appfigures.estimates.KeyError"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_each_error_has_its_cause(error: BaseException, run: Run, key: str) -> None:
    assert cause_of(error, run, "box").key == key


@pytest.mark.parametrize(
    ("error", "key"),
    [
        # The machine and the store count more than what our own error says about them.
        (chained(BuildFailed("no"), no_answer()), "store_away"),
        (chained(BuildFailed("no"), OSError(errno.ENOSPC, "full")), "disk_full/box"),
        (DbtFailed(DBT_WITHOUT_STORE), "store_away"),
        (DbtFailed("IO Error: Could not write: No space left on device"), "disk_full/box"),
        (chained(LoadRefused("shape", "L1"), SchemaError("odd")), "load_refused/L1"),
        (chained(KeyError("x"), QuotaError("spent")), "quota_spent/market_marts"),
    ],
)
def test_a_chain_gives_the_cause_behind_it(error: BaseException, key: str) -> None:
    assert cause_of(error, BUILD, "box").key == key


@pytest.mark.parametrize("error", [QuotaError("spent"), TransientError("no answer")])
def test_airflows_wrapping_hides_no_cause(error: Exception) -> None:
    with pytest.raises(Exception, match=str(error)) as caught, classed():
        raise error
    assert caught.value is not error
    assert caught.value.__suppress_context__, "the frames behind it are not printed"
    assert cause_of(caught.value, PULL, "box").kind == type(error).kind
    assert telling(caught.value) is error


def test_a_circle_of_errors_ends() -> None:
    one, other = KeyError("one"), KeyError("other")
    one.__context__, other.__context__ = other, one
    assert cause_of(one, BUILD, "box").kind == "unknown_error"


def duck(statement: str) -> BaseException:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as caught:
        connection.execute(statement)
    return caught.value


def test_a_full_disk_is_known_from_duckdbs_own_words() -> None:
    full = duck("copy (select range from range(1000000)) to '/dev/full' (format parquet)")
    assert cause_of(full, BUILD, "box").key == "disk_full/box"


@pytest.mark.parametrize(
    ("status", "key"),
    [(403, "store_refused"), (500, "store_away"), (507, "disk_full/S3"), (404, None)],
)
@pytest.mark.parametrize("way", ["read", "write"])
def test_what_the_store_answers_duckdb_is_known(
    lake_query: Callable[..., BaseException], status: int, key: str | None, way: str
) -> None:
    found = cause_of(lake_query(status, way), BUILD, "box")
    assert found.key == (key or "unknown_error/market_marts.build.HTTPException")


def test_a_store_that_duckdb_cannot_reach_is_away(lake_query: Callable[..., BaseException]) -> None:
    assert cause_of(lake_query(None, "read"), BUILD, "box").key == "store_away"
