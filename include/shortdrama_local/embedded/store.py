"""The home's S3: SeaweedFS, the server of the team's stack, with two identities."""

import json
from pathlib import Path

import requests

from shortdrama.core.settings import S3Settings, Settings, home
from shortdrama_local.embedded.machine import HOST, Machine, write_private
from shortdrama_local.embedded.service import Service, tool

PARTS = ("master", "volume", "filer", "admin")
"""The parts of the server besides S3. Each has a port for HTTP and one for gRPC."""
PORTS = ("s3", "s3.grpc", *(f"{part}{kind}" for part in PARTS for kind in ("", ".grpc")))
SIGNED = (
    "JWT_SIGNING_KEY", "JWT_SIGNING_READ_KEY", "JWT_FILER_SIGNING_KEY", "JWT_FILER_SIGNING_READ_KEY"
)  # fmt: skip
"""With these set, filer and volumes answer only the S3 gateway."""


def settings_of(machine: Machine) -> S3Settings:
    """How the pipeline reaches the home's store, whatever the environment says."""
    return S3Settings(
        endpoint_url=machine.s3_url,
        access_key_id=machine.s3_access_key_id,
        secret_access_key=machine.s3_secret_access_key,
        bucket=Settings().s3.bucket,
    )


def sockets(machine: Machine) -> list[Path]:
    """The sockets that SeaweedFS names after its ports; a killed server leaves them behind."""
    ports = [machine.ports[name] for name in PORTS if name in machine.ports]
    folder = Path("/tmp")  # noqa: S108 - fixed in SeaweedFS
    return [path for port in ports for path in folder.glob(f"seaweedfs-*-{port}.sock")]


def _identities() -> Path:
    return home().resolve() / "s3.json"


def _prepare(machine: Machine) -> None:
    (home() / "s3").mkdir(mode=0o700, parents=True, exist_ok=True)
    pipeline = _identity(
        "pipeline", machine.s3_access_key_id, machine.s3_secret_access_key, ["Admin"]
    )
    reader = _identity(
        "analyst", machine.reader_access_key_id, machine.reader_secret_access_key, ["Read", "List"]
    )
    write_private(_identities(), json.dumps({"identities": [pipeline, reader]}))


def _identity(name: str, key_id: str, secret: str, actions: list[str]) -> dict[str, object]:
    credentials = [{"accessKey": key_id, "secretKey": secret}]
    return {"name": name, "credentials": credentials, "actions": actions}


def _command(machine: Machine) -> list[str]:
    ports = [f"-{_option(name)}={machine.ports[name]}" for name in PORTS]
    return [
        tool("weed"), "-logtostderr=true", "mini", f"-dir={home().resolve() / 's3'}",
        f"-ip={HOST}", f"-ip.bind={HOST}", f"-s3.config={_identities()}", *ports,
        "-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.telemetry=false", "-volume.preStopSeconds=0",
    ]  # fmt: skip


def _option(port: str) -> str:
    part, _, kind = port.partition(".")
    return f"{part}.port{'.' + kind if kind else ''}"


def _environment(machine: Machine) -> dict[str, str]:
    keys = {f"WEED_{name}": f"{name} {machine.store_secret}" for name in SIGNED}
    return {**machine.environment(), **keys}


def _healthy(machine: Machine) -> bool:
    try:
        return requests.get(f"{machine.s3_url}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


STORE = Service(
    name="s3",
    title="S3 (SeaweedFS)",
    command=_command,
    healthy=_healthy,
    settle_seconds=3,
    ports=PORTS,
    prepare=_prepare,
    environment=_environment,
)
