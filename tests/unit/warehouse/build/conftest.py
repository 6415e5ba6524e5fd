"""A machine whose warehouse is broken in every way."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from pydantic import SecretStr

from machines import NOW, Machine, made
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore


@pytest.fixture(scope="module")
def machine(
    _s3_server: Any, _client: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """It builds with a few statements, for dbt takes seconds."""
    s3 = S3Settings(
        endpoint_url=_s3_server.url,
        bucket=f"machine-{token_hex(6)}",
        access_key_id="key",
        secret_access_key=SecretStr("secret"),
    )
    store = ObjectStore(_client, s3.bucket)
    store.ensure_bucket()
    ensure_lake(store, "sample")
    folder: Path = tmp_path_factory.mktemp("machine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHORTDRAMA_HOME", str(folder / "home"))
        settings = Settings(frozen_clock=NOW, lake_kind="sample", s3=s3)
        with made(settings, store, folder, "few") as machine:
            yield machine
