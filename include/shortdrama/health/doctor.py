"""Checks whether everything that the pipeline needs works, and says what to do."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shortdrama.core import machine
from shortdrama.core.settings import AppfiguresSettings, Settings, TiktokSettings
from shortdrama.health import lake, running
from shortdrama.lake import duck
from shortdrama.mail import smtp as mail
from shortdrama.sources.appfigures import client as appfigures
from shortdrama.sources.tiktok import hashtags

REMEDY = "What to do:"
SETTING = re.compile(r"\bSHORTDRAMA_[A-Z0-9]+__[A-Z_]+")
"""A message that names the setting to correct says what to do."""

QUICK = {"timeout_seconds": 10.0, "answer_seconds": 20.0}


@dataclass(frozen=True)
class Check:
    """One check. `detail` is what was seen; for a failure also what to do.

    `ok` is None if the check was not made, because one that it builds on fails.
    """

    name: str
    ok: bool | None
    detail: str


@dataclass(frozen=True)
class _Look:
    """A check to make, unless the one that it `needs` fails.

    If `address` is one of this home, only the home's own service may answer. `remedy` is for errors
    that do not say themselves what to do.
    """

    name: str
    look: Callable[[], str]
    remedy: str
    address: str = ""
    needs: str = ""

    def made(self) -> Check:
        try:
            machine.prove(self.address)
            return Check(self.name, True, self.look())
        except Exception as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            if REMEDY not in said and not SETTING.search(said):
                said += f". {REMEDY} {self.remedy}"
            return Check(self.name, False, said)


def examine(settings: Settings, *, with_airflow: bool = True) -> Iterator[Check]:
    """Every check, in the order in which they build on one another."""
    failed: set[str] = set()
    for look in _looks(settings, with_airflow):
        if look.needs in failed:
            check = Check(look.name, None, f"not looked at, because {look.needs} fails")
        else:
            check = look.made()
        if not check.ok:
            failed.add(look.name)
        yield check


def _looks(settings: Settings, with_airflow: bool) -> Iterator[_Look]:
    s3, address = settings.s3, settings.s3.endpoint_url or ""
    yield _Look("disk", running.disk, "free some space: warehouse and logs are there")
    yield _Look("services", running.services, "read logs/ in the home, then `make up`")
    yield _Look("bucket", lambda: lake.bucket(s3), "check SHORTDRAMA_S3__*", address)
    yield _Look(
        "lake", lambda: lake.marked(s3), "run `shortdrama lake init`", address, needs="bucket"
    )
    yield _Look(
        "conditional puts", lambda: lake.race(s3), "check SHORTDRAMA_S3__*", address, needs="bucket"
    )
    yield _Look(
        "accepted loads",
        lambda: lake.loads(s3),
        "put the objects back, or revoke and replay the loads: docs/operators.md",
        address,
        needs="bucket",
    )
    yield _Look(
        "DuckDB httpfs",
        lambda: _httpfs(settings),
        "install duckdb-extension-httpfs of DuckDB's own version",
    )
    yield _Look(
        "Appfigures",
        lambda: _appfigures(settings.appfigures),
        "check SHORTDRAMA_APPFIGURES__BASE_URL; on one machine, `make up`",
        settings.appfigures.base_url,
    )
    yield _Look(
        "TikTok",
        lambda: _tiktok(settings.tiktok),
        "check SHORTDRAMA_TIKTOK__BASE_URL and SHORTDRAMA_TIKTOK__PROVIDER; on one machine,"
        " `make up`",
        settings.tiktok.base_url,
    )
    yield _Look(
        "mail",
        lambda: _mail(settings),
        "check SHORTDRAMA_MAIL__*; on one machine, `make up`",
        f"smtp://{settings.mail.host}:{settings.mail.port}",
    )
    if with_airflow:
        yield _Look(
            "Airflow",
            lambda: running.airflow(settings),
            "read its log and start it again (`make up`; in the team's stack"
            " `docker compose up --detach`); check SHORTDRAMA_AIRFLOW__*",
            settings.airflow.base_url,
        )


def _httpfs(settings: Settings) -> str:
    with duck.connect(settings.s3) as connection:
        row = connection.execute(
            "select extension_version from duckdb_extensions()"
            " where extension_name = 'httpfs' and loaded"
        ).fetchone()
    if row is None:
        raise RuntimeError("the extension does not load")
    return f"loaded, version {row[0]}"


def _appfigures(settings: AppfiguresSettings) -> str:
    left, most = appfigures.calls_left(settings.model_copy(update=QUICK))
    return f"{left} of {most} requests left today"


def _tiktok(settings: TiktokSettings) -> str:
    return hashtags.first_page(settings.model_copy(update=QUICK))


def _mail(settings: Settings) -> str:
    mail.connect(settings.mail).quit()
    return f"{settings.mail.host}:{settings.mail.port} takes mail"
