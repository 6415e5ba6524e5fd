"""Checks whether everything that the pipeline needs works, and says what to do."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from shortdrama.core import machine
from shortdrama.core.settings import Settings
from shortdrama.health import running
from shortdrama.health.loads import accepted_loads
from shortdrama.lake import duck
from shortdrama.lake.marker import lake_kind
from shortdrama.lake.store import Conflict, ObjectStore, dump_json
from shortdrama.mail import smtp as mail

RACERS = 8
REMEDY = "What to do:"
SHOWN_LOADS = 5


@dataclass(frozen=True)
class Check:
    """One check. `detail` is what was seen; for a failure also what to do."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class _Look:
    """A check to make. If `address` is one of this home, only the home's own service may answer."""

    name: str
    look: Callable[[], str]
    remedy: str
    address: str = ""

    def made(self) -> Check:
        try:
            machine.prove(self.address)
            return Check(self.name, True, self.look())
        except Exception as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            if REMEDY not in said:
                said += f". {REMEDY} {self.remedy}"
            return Check(self.name, False, said)


def examine(settings: Settings, *, with_airflow: bool = True) -> Iterator[Check]:
    """Every check, in the order in which they build on one another."""
    store = ObjectStore.of(settings.s3)
    s3, mailbox = (
        settings.s3.endpoint_url or "",
        f"smtp://{settings.mail.host}:{settings.mail.port}",
    )
    looks = [
        _Look("disk", running.disk, "free some space: warehouse and logs are there"),
        _Look("services", running.services, "read logs/ in the home, then `make up`"),
        _Look(
            "bucket",
            lambda: _bucket(store),
            "check SHORTDRAMA_S3__* and that the bucket is there",
            s3,
        ),
        _Look("lake", lambda: f"marked {lake_kind(store)}", "run `shortdrama lake init`", s3),
        _Look(
            "conditional puts",
            lambda: _race(store),
            "this S3 lets several writers win; use another (SeaweedFS before 4.17 does so)",
            s3,
        ),
        _Look(
            "accepted loads",
            lambda: _loads(store),
            "put the objects back, or revoke and replay the loads: docs/operators.md",
            s3,
        ),
        _Look(
            "DuckDB httpfs",
            lambda: _httpfs(settings),
            "install duckdb-extension-httpfs of DuckDB's own version",
        ),
        _Look(
            "Appfigures",
            lambda: _appfigures(settings),
            "check SHORTDRAMA_APPFIGURES__*; on one machine, `make up`",
            settings.appfigures.base_url,
        ),
        _Look(
            "mail",
            lambda: _mail(settings),
            "check SHORTDRAMA_MAIL__*; on one machine, `make up`",
            mailbox,
        ),
    ]
    if with_airflow:
        looks.append(
            _Look(
                "Airflow",
                lambda: running.airflow(settings),
                "read its log and start it again (`make up`; in the team's stack"
                " `docker compose up --detach`); check SHORTDRAMA_AIRFLOW__*",
                settings.airflow.base_url,
            )
        )
    for look in looks:
        yield look.made()


def _bucket(store: ObjectStore) -> str:
    key = f"ops/doctor/{secrets.token_hex(8)}"
    store.put(key, b"?")
    try:
        if store.get(key) != b"?":
            raise RuntimeError("the bucket returns other bytes than were written")
    finally:
        store.delete(key)
    return f"{store.bucket} answers and stores"


def _race(store: ObjectStore) -> str:
    """Several writers, one precondition: only one may win, for a new key and for a changed one."""
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
        raise RuntimeError(
            f"of {RACERS} writers {created} created and {swapped} swapped, instead of one each"
        )
    return f"one of {RACERS} racing writers wins"


def _loads(store: ObjectStore) -> str:
    compared = accepted_loads(store)
    if compared.damaged:
        shown = "; ".join(str(damage) for damage in compared.damaged[:SHOWN_LOADS])
        more = len(compared.damaged) - SHOWN_LOADS
        raise RuntimeError(shown + (f"; and {more} more" if more > 0 else ""))
    return f"{len(compared.etags):,} are in the lake as they were accepted"


def _httpfs(settings: Settings) -> str:
    with duck.connect(settings.s3) as connection:
        row = connection.execute(
            "select extension_version from duckdb_extensions()"
            " where extension_name = 'httpfs' and loaded"
        ).fetchone()
    if row is None:
        raise RuntimeError("the extension does not load")
    return f"loaded, version {row[0]}"


def _appfigures(settings: Settings) -> str:
    token = settings.appfigures.token.get_secret_value().strip()
    url = f"{settings.appfigures.base_url}usage"
    try:
        answer = requests.get(
            url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
            allow_redirects=False,
        )
    except requests.ConnectionError:
        raise RuntimeError(f"nothing answers at {url}") from None
    except (requests.RequestException, UnicodeError) as error:
        # Without its text: for an invalid header the text has the token.
        raise RuntimeError(f"{url} cannot be asked ({type(error).__name__})") from None
    if not answer.ok:
        raise RuntimeError(f"HTTP {answer.status_code}")
    quota = answer.json()["api_requests"]
    return f"{quota['remaining']} of {quota['total']} requests left today"


def _mail(settings: Settings) -> str:
    try:
        mail.connect(settings.mail).quit()
    except mail.DeliveryFailed as error:
        raise RuntimeError(str(error).split(". ")[0]) from None
    return f"{settings.mail.host}:{settings.mail.port} takes mail"
