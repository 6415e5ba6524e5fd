"""What this machine's services are called: ports and secrets, made once and kept in the home."""

import secrets
import socket
from pathlib import Path

from pydantic import BaseModel

from shortdrama.core.settings import home

HOST = "127.0.0.1"
USUAL_PORTS = {"s3": 4566, "simulator": 8600, "mail": 8625, "airflow": 8080}


class Machine(BaseModel):
    """Ports and secrets of the embedded services. Every secret is random, none is a default."""

    s3_port: int
    simulator_port: int
    mail_port: int
    airflow_port: int
    source_token: str
    airflow_password: str
    airflow_jwt_secret: str
    s3_access_key_id: str = ""
    s3_secret_access_key: str = ""

    @property
    def s3_url(self) -> str:
        """Where the embedded S3 listens."""
        return f"http://{HOST}:{self.s3_port}"

    @property
    def simulator_url(self) -> str:
        """Where the simulator listens."""
        return f"http://{HOST}:{self.simulator_port}"

    @property
    def airflow_url(self) -> str:
        """Where Airflow's UI and API listen."""
        return f"http://{HOST}:{self.airflow_port}"

    @property
    def maildir(self) -> Path:
        """Where the mail that was sent lies."""
        return home() / "mail"

    def save(self) -> None:
        """Keep it, and write `settings.env`, which every command of this home reads."""
        _write_private(_path(), self.model_dump_json(indent=1))
        lines = [f"{name}={value}" for name, value in self.environment().items()]
        _write_private(home() / "settings.env", "\n".join(lines) + "\n")

    def environment(self) -> dict[str, str]:
        """The settings by which the pipeline finds these services."""
        return {
            "SHORTDRAMA_LAKE_KIND": "sample",
            "SHORTDRAMA_S3__ENDPOINT_URL": self.s3_url,
            "SHORTDRAMA_S3__ACCESS_KEY_ID": self.s3_access_key_id,
            "SHORTDRAMA_S3__SECRET_ACCESS_KEY": self.s3_secret_access_key,
            "SHORTDRAMA_APPFIGURES__BASE_URL": f"{self.simulator_url}/v2/",
            "SHORTDRAMA_APPFIGURES__TOKEN": self.source_token,
            "SHORTDRAMA_TIKTOK__BASE_URL": f"{self.simulator_url}/creative_radar_api/v1/",
            "SHORTDRAMA_TIKTOK__TOKEN": self.source_token,
            "SHORTDRAMA_SIMULATOR_TOKEN": self.source_token,
            "SHORTDRAMA_MAIL__HOST": HOST,
            "SHORTDRAMA_MAIL__PORT": str(self.mail_port),
            "SHORTDRAMA_MAIL__RECIPIENTS": (
                '[{"address": "stakeholder@example.com", "locale": "en"},'
                ' {"address": "zhongwen@example.com", "locale": "zh"}]'
            ),
            "SHORTDRAMA_MAIL__ENGINEERS": '["engineers@example.com"]',
            "SHORTDRAMA_AIRFLOW__BASE_URL": self.airflow_url,
            "SHORTDRAMA_AIRFLOW__PASSWORD": self.airflow_password,
        }


def this_machine() -> Machine:
    """The machine of this home, made on the first call."""
    if _path().exists():
        return Machine.model_validate_json(_path().read_text())
    ports = {name: _free_port(port) for name, port in USUAL_PORTS.items()}
    machine = Machine(
        s3_port=ports["s3"],
        simulator_port=ports["simulator"],
        mail_port=ports["mail"],
        airflow_port=ports["airflow"],
        source_token=f"pat_{secrets.token_hex(16)}",
        airflow_password=secrets.token_urlsafe(12),
        airflow_jwt_secret=secrets.token_hex(32),
    )
    machine.save()
    return machine


def is_embedded() -> bool:
    """Whether this home has embedded services."""
    return _path().exists()


def _path() -> Path:
    return home() / "embedded.json"


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def _free_port(usual: int) -> int:
    """The usual port if nobody listens there, else one that the system picks."""
    for port in (usual, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {HOST}")
