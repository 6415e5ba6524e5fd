import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from pydantic import SecretStr

from shortdrama.core.settings import MailSettings, Settings
from shortdrama.health.doctor import Check, examine

NAMES = ["bucket", "lake", "conditional puts", "DuckDB httpfs", "Appfigures", "mail"]


@pytest.fixture
def well(settings: Settings) -> Iterator[Settings]:
    """Everything is there, mail included."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    mail = MailSettings(host="127.0.0.1", port=controller.port)
    yield settings.model_copy(update={"mail": mail})
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def looked(settings: Settings, name: str) -> Check:
    return next(check for check in examine(settings) if check.name == name)


def changed(settings: Settings, part: str, **update: Any) -> Settings:
    return settings.model_copy(update={part: getattr(settings, part).model_copy(update=update)})


def test_a_well_pipeline_passes_every_check(well: Settings, store: Any, simulator: Any) -> None:
    checks = list(examine(well))
    assert [check.name for check in checks] == NAMES
    assert [check for check in checks if not check.ok] == []
    said = {check.name: check.detail for check in checks}
    assert said["lake"] == "marked sample"
    assert said["conditional puts"] == "one of 8 racing writers wins"
    assert "requests left today" in said["Appfigures"]
    assert [path for path, _ in simulator.calls] == ["/v2/usage"]


def test_looking_leaves_nothing_behind(well: Settings, store: Any) -> None:
    before = list(store.list(""))
    list(examine(well))
    assert list(store.list("")) == before


def test_a_missing_bucket_fails_and_the_other_checks_go_on(well: Settings) -> None:
    checks = {check.name: check for check in examine(changed(well, "s3", bucket="not-there"))}
    assert list(checks) == NAMES
    assert not checks["bucket"].ok
    assert "What to do: check SHORTDRAMA_S3__* and that the bucket" in checks["bucket"].detail
    assert checks["Appfigures"].ok


def test_an_unmarked_lake_says_how_to_mark_it(well: Settings, store: Any) -> None:
    store.delete("lake.json")
    check = looked(well, "lake")
    assert not check.ok
    assert "What to do: run `shortdrama lake init`" in check.detail


def test_an_s3_that_ignores_preconditions_is_found_out(well: Settings, s3_server: Any) -> None:
    s3_server.lax = True
    check = looked(well, "conditional puts")
    assert not check.ok
    assert "of 8 writers 8 created and 8 swapped, not one" in check.detail
    assert "What to do: this S3 lets several writers win" in check.detail


@pytest.mark.parametrize("answer", [{"status": 403}, {"status": 420}, {"status": 500}])
def test_a_refusing_appfigures_is_told_by_its_status(well: Settings, source: Any, answer) -> None:
    source.says(**answer)
    check = looked(changed(well, "appfigures", base_url=source.url), "Appfigures")
    assert not check.ok
    assert check.detail.startswith(f"HTTP {answer['status']}. What to do: check SHORTDRAMA_APP")


def test_an_appfigures_that_nobody_answers_for_is_told_by_its_address(well: Settings) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    check = looked(changed(well, "appfigures", base_url=nobody), "Appfigures")
    assert not check.ok
    assert nobody in check.detail


@pytest.mark.parametrize("token", ["pat_pl\nanted", "pat_planted短剧", "pat_planted\n"])
def test_a_badly_pasted_token_is_never_shown(well: Settings, token: str) -> None:
    check = looked(changed(well, "appfigures", token=SecretStr(token)), "Appfigures")
    assert not check.ok
    assert "pat_pl" not in check.detail


def test_a_redirecting_appfigures_is_not_followed(well: Settings, source: Any) -> None:
    source.says(status=302, headers={"Location": f"{source.url}elsewhere"})
    check = looked(changed(well, "appfigures", base_url=source.url), "Appfigures")
    assert not check.ok
    assert [path for path, _ in source.got] == ["/usage"]


def test_a_mail_server_that_is_not_there_fails_with_a_remedy(settings: Settings) -> None:
    check = looked(changed(settings, "mail", port=free_port()), "mail")
    assert not check.ok
    assert "What to do: check SHORTDRAMA_MAIL__" in check.detail
