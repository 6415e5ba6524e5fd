"""Identity of this home, and ports and secrets of its services, made once and kept in the home."""

import os
import secrets
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from shortdrama.core.errors import Failure
from shortdrama.core.settings import home

HOST = "127.0.0.1"
USUAL_PORTS = {"s3": 8333, "simulator": 8600, "mail": 8625, "airflow": 8080}

SAMPLE_ADVERTISER = "7000000000000000001"
"""TikTok API for Business answers to advertisers only; the simulator takes any number."""


class HomeUnreadable(Failure):
    """The home's own record is damaged, or from another version."""


class Machine(BaseModel):
    """Identity, ports and secrets of a home. Every secret is random; there are no defaults.

    `ports` has the usual ones until another program is found there; ports that only the store uses
    are added when it first starts. `frozen_clock` is the home's clock, if it stands still.
    """

    home_id: str
    ports: dict[str, int]
    source_token: str
    airflow_password: str
    airflow_jwt_secret: str
    database_password: str
    s3_access_key_id: str
    s3_secret_access_key: str
    reader_access_key_id: str
    reader_secret_access_key: str
    store_secret: str
    mail_key: str = Field(default_factory=lambda: secrets.token_hex(32))
    frozen_clock: datetime | None = None

    @property
    def s3_url(self) -> str:
        """Where the home's S3 listens."""
        return f"http://{HOST}:{self.ports['s3']}"

    @property
    def simulator_url(self) -> str:
        """Where the simulator listens."""
        return f"http://{HOST}:{self.ports['simulator']}"

    @property
    def airflow_url(self) -> str:
        """Where Airflow's UI and API listen."""
        return f"http://{HOST}:{self.ports['airflow']}"

    @property
    def maildir(self) -> Path:
        """The folder of sent mail."""
        return home() / "mail"

    def save(self) -> None:
        """Save it, and write `settings.env`, which every command of this home reads."""
        write_private(record(), self.model_dump_json(indent=1))
        self.save_settings()

    def save_settings(self) -> None:
        """Write `settings.env`; tasks that start later see the clock that it has then."""
        lines = [f"{name}={value}" for name, value in self.environment().items()]
        if self.frozen_clock is not None:
            lines.append(f"SHORTDRAMA_FROZEN_CLOCK={self.frozen_clock.isoformat()}")
        write_private(settings_file(), "\n".join(lines) + "\n")

    def environment(self) -> dict[str, str]:
        """The settings with which the pipeline finds these services."""
        return {
            "SHORTDRAMA_LAKE_KIND": "sample",
            "SHORTDRAMA_S3__ENDPOINT_URL": self.s3_url,
            "SHORTDRAMA_S3__ACCESS_KEY_ID": self.s3_access_key_id,
            "SHORTDRAMA_S3__SECRET_ACCESS_KEY": self.s3_secret_access_key,
            "SHORTDRAMA_APPFIGURES__BASE_URL": f"{self.simulator_url}/v2/",
            "SHORTDRAMA_APPFIGURES__TOKEN": self.source_token,
            "SHORTDRAMA_TIKTOK__PROVIDER": "business",
            "SHORTDRAMA_TIKTOK__BASE_URL": f"{self.simulator_url}/open_api/v1.3/",
            "SHORTDRAMA_TIKTOK__ADVERTISER_ID": SAMPLE_ADVERTISER,
            "SHORTDRAMA_TIKTOK__TOKEN": self.source_token,
            "SHORTDRAMA_SIMULATOR_TOKEN": self.source_token,
            "SHORTDRAMA_MAIL__HOST": HOST,
            "SHORTDRAMA_MAIL__PORT": str(self.ports["mail"]),
            "SHORTDRAMA_MAIL__ADDRESSES": (
                '{"readers-en": "stakeholder@example.com", "readers-zh": "zhongwen@example.com"}'
            ),
            "SHORTDRAMA_MAIL__SIGNING_KEY": self.mail_key,
            "SHORTDRAMA_MAIL__PAGE_URL": f"{self.airflow_url}/shortdrama/market",
            "SHORTDRAMA_MAIL__ENGINEERS": '["engineers@example.com"]',
            "SHORTDRAMA_AIRFLOW__BASE_URL": self.airflow_url,
            "SHORTDRAMA_AIRFLOW__PASSWORD": self.airflow_password,
        }


def record() -> Path:
    """The file that makes a folder a home with services of its own."""
    return home() / "embedded.json"


def settings_file() -> Path:
    """The file of settings that every command of the home reads."""
    return home() / "settings.env"


def is_embedded() -> bool:
    """Whether this home has embedded services."""
    return record().exists()


def this_machine() -> Machine:
    """The machine of this home, made on the first call. Raises HomeUnreadable."""
    if not is_embedded():
        _make()
    try:
        machine = Machine.model_validate_json(record().read_text(encoding="utf-8"))
    except ValidationError:
        raise HomeUnreadable(
            f"{record()} is damaged or was written by another version of this program. What to do:"
            " `make clean` removes this home and all its data; `make up` makes a new one"
        ) from None
    if not settings_file().exists():
        # Removed by somebody, or its first writer was killed.
        machine.save_settings()
    return machine


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _make() -> None:
    machine = Machine(
        home_id=secrets.token_hex(16),
        ports=dict(USUAL_PORTS),
        source_token=f"pat_{secrets.token_hex(16)}",
        airflow_password=secrets.token_urlsafe(12),
        airflow_jwt_secret=secrets.token_hex(32),
        database_password=secrets.token_hex(16),
        s3_access_key_id=secrets.token_hex(10).upper(),
        s3_secret_access_key=secrets.token_hex(20),
        reader_access_key_id=secrets.token_hex(10).upper(),
        reader_secret_access_key=secrets.token_hex(20),
        store_secret=secrets.token_hex(32),
    )
    # Two commands may make the same home at once. A link never replaces: the first one wins.
    draft = home() / f"embedded.{machine.home_id}"
    write_private(draft, machine.model_dump_json(indent=1))
    try:
        os.link(draft, record())
    except FileExistsError:
        return
    finally:
        draft.unlink()
    machine.save()
