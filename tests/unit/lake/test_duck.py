from pathlib import Path

import boto3
import duckdb
import pytest
from pydantic import SecretStr

from shortdrama.core.settings import S3Settings
from shortdrama.lake import duck
from shortdrama.lake.credentials import NoCredentials, credentials
from shortdrama.lake.store import ObjectStore

SECRET = "it's a 'quoted' secret"


def test_a_connection_reads_and_writes_the_lake(store: ObjectStore, s3: S3Settings) -> None:
    target = store.uri("raw/one.parquet")
    with duck.connect(s3) as connection:
        connection.execute(f"copy (select 42 as n) to {duck.quoted(target)} (format parquet)")
        assert connection.execute("select n from read_parquet(?)", [target]).fetchone() == (42,)
    assert store.exists("raw/one.parquet")


def test_the_signature_of_the_extension_is_good(
    s3: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(duck.CONFIG, "allow_unsigned_extensions")
    with duck.connect(s3) as connection:
        loaded = connection.execute(
            "select loaded from duckdb_extensions() where extension_name = 'httpfs'"
        ).fetchone()
    assert loaded == (True,)


def test_a_connection_tells_time_in_utc() -> None:
    with duck.connect() as connection:
        told = connection.execute(
            "select cast(timestamptz '2026-02-25 08:00:00+08' as varchar)"
        ).fetchone()
    assert told == ("2026-02-25 00:00:00+00",)


def test_no_file_that_a_connection_writes_holds_the_secret(s3: S3Settings, tmp_path: Path) -> None:
    held = s3.model_copy(update={"secret_access_key": SecretStr(SECRET)})
    with duck.connect(held, tmp_path / "market.duckdb") as connection:
        connection.execute("create table t as select 1 as n")
        shown = connection.execute("select secret_string from duckdb_secrets()").fetchone()
    assert SECRET not in str(shown)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not any(SECRET.encode() in path.read_bytes() for path in written)


def test_a_read_only_connection_cannot_write(tmp_path: Path) -> None:
    duck.connect(path=tmp_path / "a.duckdb").close()
    with (
        duck.connect(path=tmp_path / "a.duckdb", read_only=True) as connection,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        connection.execute("create table t (n integer)")


@pytest.mark.parametrize("text", ["plain", "it's", "''", "'; drop table t; --", "短剧"])
def test_a_quoted_text_is_that_text_in_sql(text: str) -> None:
    sql = f"select {duck.quoted(text)}, {duck.list_literal([text, text])}"
    assert duckdb.sql(sql).fetchone() == (text, [text, text])


def test_the_settings_keys_come_before_what_the_machine_knows(
    s3: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "machine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "machine")
    assert credentials(s3).key_id == "key"


def test_temporary_keys_of_the_machine_keep_their_session_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "machine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    found = credentials(S3Settings())
    assert (found.key_id, found.secret, found.session_token) == ("machine", SECRET, "session")
    assert SECRET not in repr(found)


def test_a_machine_without_keys_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: None)
    with pytest.raises(NoCredentials, match="SHORTDRAMA_S3__ACCESS_KEY_ID"):
        credentials(S3Settings())
