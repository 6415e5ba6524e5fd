"""The team's stack, read as data: no Docker engine is needed for any of this."""

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shortdrama.alerts import watching
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.reports.delivery.subscriptions import subscriptions_of
from shortdrama_local.embedded.env_file import write_env

COMPOSE_TEXT = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
STACK: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
BUILT_HERE = {"shortdrama:production", "shortdrama:local"}
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
AIRFLOW = ("airflow-init", "lake-init", "api-server", "dag-processor", "triggerer", "scheduler")
DEMANDED = re.compile(r"\$\{(\w+):\?run make env\}")
SECRET_NAME = re.compile(r"PASSWORD$|SECRET|TOKEN$|FERNET_KEY$|ACCESS_KEY|_CONN$")


def dependencies() -> Iterator[tuple[str, str, str]]:
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            yield name, needed, how["condition"]


def one_shots() -> set[str]:
    return {needed for _, needed, how in dependencies() if how == "service_completed_successfully"}


@pytest.fixture
def env_file(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / ".env"
    write_env(path)
    return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


def test_no_two_services_publish_the_same_port() -> None:
    published = [port.split(":")[1] for s in SERVICES.values() for port in s.get("ports", [])]
    assert len(published) == len(set(published))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_proves_its_health_or_is_waited_for_until_it_has_succeeded(name: str) -> None:
    service = SERVICES[name]
    if name in one_shots():
        assert service["restart"] == "no"
    else:
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert service["restart"] == "unless-stopped"


def words(check: list[str]) -> list[str]:
    return check[1:] if check[0] == "CMD" else shlex.split(check[1].replace("$$", "$"))


@pytest.mark.parametrize("name", [name for name in SERVICES if "healthcheck" in SERVICES[name]])
def test_a_service_that_stays_unwell_is_restarted_without_dockers_socket(name: str) -> None:
    service = SERVICES[name]
    assert any(word.endswith("/health.sh") for word in words(service["healthcheck"]["test"]))
    assert service["init"], "PID 1 must pass the stop on"
    assert service["restart"] == "unless-stopped"
    assert "docker.sock" not in COMPOSE_TEXT


def test_an_unhealthy_api_server_is_seen_before_its_tasks_give_up() -> None:
    given = SERVICES["scheduler"]["environment"]
    assert int(given["AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"]) == 30
    assert words(SERVICES["api-server"]["healthcheck"]["test"])[-1] == "metadatabase"


def test_nothing_starts_on_a_mere_start_of_what_it_needs() -> None:
    conditions = {how for _, _, how in dependencies()}
    assert conditions == {"service_healthy", "service_completed_successfully"}


def test_the_scheduler_waits_for_database_bucket_mail_and_sources() -> None:
    needs = {name: {to for by, to, _ in dependencies() if by == name} for name in SERVICES}
    reached, todo = set(), ["scheduler"]
    while todo:
        new = needs[todo.pop()] - reached
        reached |= new
        todo.extend(new)
    assert {"postgres", "seaweedfs", "mailpit", "simulator", "api-server"} <= reached
    assert "scheduler" not in reached


def test_every_secret_is_demanded_from_the_environment() -> None:
    secrets = [
        (variable, value)
        for service in SERVICES.values()
        for variable, value in service.get("environment", {}).items()
        if SECRET_NAME.search(variable)
    ]
    assert len(secrets) > len(SERVICES)
    for variable, value in secrets:
        assert DEMANDED.search(value), variable
        assert not re.search(r"://[^:@/]+:[^$@]", value), variable


def test_no_variable_has_a_default() -> None:
    # `$$` is a dollar for the container's own shell.
    asked = re.findall(r"(?<!\$)\$\{[^}]+\}", COMPOSE_TEXT)
    assert asked
    assert all(DEMANDED.fullmatch(variable) for variable in asked)


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_to_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert image in BUILT_HERE or re.search(r":v?\d+\.\d+", image)


def test_each_image_is_built_by_one_service_that_all_others_of_it_wait_for() -> None:
    builders = {
        name: service["build"]["target"] for name, service in SERVICES.items() if "build" in service
    }
    assert builders == {"airflow-init": "production", "simulator": "local"}
    for name, target in builders.items():
        assert SERVICES[name]["image"] == f"shortdrama:{target}"
    waits = {(by, to) for by, to, _ in dependencies()}
    for name in ("lake-init", "api-server"):
        assert (name, "airflow-init") in waits


def test_only_the_simulator_has_what_production_does_without() -> None:
    of_local = [name for name, service in SERVICES.items() if service["image"].endswith(":local")]
    assert of_local == ["simulator"]
    production, local = DOCKERFILE.split("FROM production AS local")
    assert "shortdrama_local" not in production
    assert not re.search(r"^COPY .* include(/)? ", production, re.M)
    assert not re.search(r"^COPY .* \. \.$", DOCKERFILE, re.M)
    assert "include/shortdrama_local" in local


def test_the_watch_waits_for_nothing_that_it_watches() -> None:
    needs = {to for by, to, _ in dependencies() if by == "watch"}
    assert needs == {"airflow-init"}, "the image alone"
    watch = SERVICES["watch"]
    assert watch["command"] == ["shortdrama", "watch"]
    assert watch["image"] == "shortdrama:production"
    needed = {"SHORTDRAMA_AIRFLOW__BASE_URL", "SHORTDRAMA_AIRFLOW__PASSWORD"}
    assert needed <= watch["environment"].keys()


def test_what_was_mailed_is_known_to_all_who_mail() -> None:
    known = "shortdrama-alerts:/opt/shortdrama/home/alerts"
    mailers = {name for name, service in SERVICES.items() if known in service.get("volumes", [])}
    assert mailers == {"scheduler", "dag-processor", "watch"}
    assert "/opt/shortdrama/home/alerts" in DOCKERFILE, "so that the volume is its user's"


def test_the_watchs_health_is_the_file_that_each_look_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORTDRAMA_HOME", "/opt/shortdrama/home")
    check = SERVICES["watch"]["healthcheck"]["test"][-1]
    assert f"find {watching.memory()} " in check
    here = tmp_path / "suspected.json"
    for age, healthy in ((0, True), (600, False)):
        here.write_text("{}")
        os.utime(here, (time.time() - age, time.time() - age))
        mine = check.replace("$$", "$").replace(str(watching.memory()), str(here))
        assert (subprocess.run(["sh", "-c", mine], check=False).returncode == 0) is healthy


def test_airflow_services_share_one_environment() -> None:
    only_for_setup = {"AIRFLOW_ADMIN_PASSWORD"}
    environments = [
        {k: v for k, v in SERVICES[name]["environment"].items() if k not in only_for_setup}
        for name in AIRFLOW
    ]
    assert all(environment == environments[0] for environment in environments)
    assert not only_for_setup & SERVICES["scheduler"]["environment"].keys()


def test_named_volumes_are_declared_and_used() -> None:
    used = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert used == STACK["volumes"].keys()


def test_only_the_scheduler_holds_the_private_warehouse() -> None:
    holders = [
        name
        for name, service in SERVICES.items()
        if any(volume.startswith("shortdrama-home:") for volume in service.get("volumes", []))
    ]
    assert holders == ["scheduler"]


def test_the_pipeline_understands_its_environment(
    env_file: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in SERVICES["scheduler"]["environment"].items():
        monkeypatch.setenv(variable, DEMANDED.sub(lambda name: env_file[name[1]], value))
    settings = Settings(_env_file=None)
    assert settings.lake_kind == "sample"
    assert settings.s3.endpoint_url == "http://seaweedfs:8333"
    assert settings.s3.access_key_id == env_file["S3_ACCESS_KEY_ID"]
    assert settings.mail.port == 1025
    assert subscriptions_of(settings).without_address() == ()
    assert settings.mail.signing_key.get_secret_value()
    assert settings.appfigures.token.get_secret_value() == env_file["SIMULATOR_TOKEN"]


def test_the_bucket_is_the_same_for_server_health_check_and_pipeline() -> None:
    bucket = SERVICES["scheduler"]["environment"]["SHORTDRAMA_S3__BUCKET"]
    seaweedfs = SERVICES["seaweedfs"]
    assert f"-bucket={bucket}" in seaweedfs["command"]
    assert seaweedfs["healthcheck"]["test"][1].endswith(f"/{bucket}")


def test_the_dockerfile_needs_nothing_but_its_base_image_and_package_registries() -> None:
    froms = re.findall(r"^FROM (\S+) AS (\w+)$", DOCKERFILE, re.M)
    stages = [
        ("python:3.11-slim-bookworm", "base"),
        ("base", "production"),
        ("production", "local"),
    ]
    assert froms == stages
    assert "syntax=" not in DOCKERFILE
    assert "--from" not in DOCKERFILE
    assert "://" not in DOCKERFILE


def test_the_image_does_not_run_as_root() -> None:
    for image in DOCKERFILE.split("\nFROM ")[2:]:
        assert re.findall(r"^USER (\w+)$", image, re.M)[-1] == "50000"


def test_requirements_are_installed_before_the_code_is_copied() -> None:
    for requirements, code in (
        ("requirements.txt", "include/shortdrama include/shortdrama"),
        ("requirements-local.txt", "include/shortdrama_local include/shortdrama_local"),
    ):
        assert DOCKERFILE.index(f"--requirement {requirements}") < DOCKERFILE.index(code)


def test_the_production_image_gets_all_that_the_pipeline_reads() -> None:
    for folder in ("dags", "dbt_project", "expectations", "docker", "include/shortdrama"):
        assert f" {folder} {folder}\n" in DOCKERFILE


def test_secrets_and_what_the_image_runs_are_told_apart() -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".env", ".git", ".venv"} <= set(ignored)
    assert not {"dags", "dbt_project", "docker", "expectations", "include"} & set(ignored)
