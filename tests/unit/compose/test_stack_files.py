"""The team's stack, read as data: no Docker engine is needed for any of this."""

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from compose_stack import (
    ASKED,
    COMPOSE_TEXT,
    SERVICES,
    STACK,
    env_of,
    environment,
    lay_secrets,
    make_env,
    secrets_of,
)
from shortdrama.alerts import watching
from shortdrama.core.settings import REPOSITORY, Settings
from shortdrama.orchestration.loads import INGEST
from shortdrama.reports.delivery.subscriptions import subscriptions_of

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
BUILT_HERE = {
    f"${{COMPOSE_PROJECT_NAME:?run make env}}:{target}" for target in ("production", "local")
}
AIRFLOW = ("airflow-init", "api-server", "dag-processor", "triggerer", "scheduler", "retention")
WORKERS = ("warehouse-worker", "ingest-worker")
OF_AIRFLOW = {
    "postgres_password", "airflow_fernet_key", "airflow_api_secret_key", "airflow_jwt_secret"
}  # fmt: skip
OF_ALL_WORK = (
    OF_AIRFLOW
    | {"redis_password", "airflow_pipeline_password", "appfigures_token", "tiktok_token"}
    | {"s3_pipeline", "s3_ingest", "s3_transform", "s3_reports"}
    | {"mail_password", "mail_signing_key", "mail_addresses"}
)
SECRET_NAME = re.compile(
    r"PASSWORD$|SECRET(?!S$)|TOKEN$|FERNET_KEY$|_CONN$|ADDRESSES$|SIGNING_KEY$"
)


def dependencies() -> Iterator[tuple[str, str, str]]:
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            yield name, needed, how["condition"]


def one_shots() -> set[str]:
    return {needed for _, needed, how in dependencies() if how == "service_completed_successfully"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clone")
    assert make_env(made).returncode == 0
    return made


def settings_of(
    service: str, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **env: str
) -> Settings:
    """The pipeline's settings in the service's container, with such changes of .env."""
    lay_secrets(service, clone, tmp_path / "secrets")
    for variable, value in environment(service, env_of(clone / ".env") | env).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("SHORTDRAMA_SECRETS", str(tmp_path / "secrets"))
    return Settings(_env_file=None)


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{\w+:\?run make env\}:\d+", port)


def test_no_two_services_publish_the_same_port() -> None:
    published = [ASKED.findall(port)[0] for s in SERVICES.values() for port in s.get("ports", [])]
    assert len(published) == len(set(published))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_proves_its_health_or_is_waited_for_until_it_has_succeeded(name: str) -> None:
    service = SERVICES[name]
    if name in one_shots():
        assert service["restart"] == "no"
    else:
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", [name for name in SERVICES if "healthcheck" in SERVICES[name]])
def test_a_service_that_stays_unwell_is_restarted_without_dockers_socket(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r"/health\.sh 12 ", " ".join(service["healthcheck"]["test"]))
    assert service["init"], "PID 1 must pass the stop on"
    assert service["restart"] == "unless-stopped"
    assert "docker.sock" not in COMPOSE_TEXT


def test_an_unhealthy_api_server_is_seen_before_its_tasks_give_up() -> None:
    given = SERVICES["scheduler"]["environment"]
    assert int(given["AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"]) == 30
    assert SERVICES["api-server"]["healthcheck"]["test"][-1] == "metadatabase"


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


def test_no_secret_is_in_an_environment() -> None:
    assert all(Path(one["file"]).parent == Path("secrets") for one in STACK["secrets"].values())
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable):
                assert variable.endswith(("_CMD", "_FILE")), (name, variable)
                assert "/run/secrets/" in value or variable.endswith("_CMD"), (name, variable)


def test_every_setting_is_asked_for_so_that_an_older_env_is_told_what_to_do() -> None:
    # `$$` is a dollar for the container's own shell.
    asked = re.findall(r"(?<!\$)\$\{[^}]+\}", COMPOSE_TEXT)
    assert asked
    assert all(ASKED.fullmatch(variable) for variable in asked)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_secrets_that_its_program_reads_and_no_others(name: str) -> None:
    expected = {
        "postgres": {"postgres_password"},
        "seaweedfs": {"s3.json", "security.toml", "s3_health"},
        "mailpit": set(),
        "simulator": {"simulator_token"},
        "airflow-init": OF_AIRFLOW,
        "lake-init": {"s3_pipeline", "appfigures_token", "tiktok_token", "mail_password"},
        "api-server": OF_AIRFLOW
        | {"airflow_users", "airflow_pipeline_password", "airflow_watch_password"}
        | {"s3_viewer", "mail_addresses"},
        "dag-processor": OF_AIRFLOW | {"s3_watch", "mail_password"},
        "triggerer": OF_AIRFLOW,
        "retention": OF_AIRFLOW,
        "redis": {"redis_password"},
        "scheduler": OF_ALL_WORK,
        "warehouse-worker": OF_ALL_WORK,
        "ingest-worker": OF_AIRFLOW
        | {"redis_password", "s3_ingest", "appfigures_token", "tiktok_token", "mail_password"},
        "watch": {"airflow_watch_password", "s3_watch", "mail_password"},
    }
    assert {file.name for file in secrets_of(name).values()} == expected[name]


def test_the_database_is_out_of_reach_of_all_but_airflow() -> None:
    assert STACK["networks"]["database"] == {"internal": True}
    reach = {name for name in SERVICES if "database" in SERVICES[name].get("networks", [])}
    assert reach == {"postgres", "redis", *AIRFLOW, *WORKERS}
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert SERVICES["redis"]["networks"] == ["database"]


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
        assert SERVICES[name]["image"].endswith(f":{target}")
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
    assert watch["image"] == SERVICES["scheduler"]["image"]


def test_what_was_mailed_is_known_to_all_who_mail() -> None:
    known = "shortdrama-alerts:/opt/shortdrama/home/alerts"
    mailers = {name for name, service in SERVICES.items() if known in service.get("volumes", [])}
    assert mailers == {"scheduler", "dag-processor", "watch", *WORKERS}
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


def test_airflow_services_share_airflows_settings() -> None:
    settings = {
        name: {k: v for k, v in SERVICES[name]["environment"].items() if k.startswith("AIRFLOW__")}
        for name in (*AIRFLOW, *WORKERS)
    }
    of_celery = STACK["x-celery"]
    for name, found in settings.items():
        starts_tasks = name in {"scheduler", *WORKERS}
        assert found == settings["api-server"] | (of_celery if starts_tasks else {}), name


def test_named_volumes_are_declared_and_used() -> None:
    used = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert used == STACK["volumes"].keys()


def test_only_who_runs_all_work_holds_the_private_warehouse() -> None:
    holders = [
        name
        for name, service in SERVICES.items()
        if any(volume.startswith("shortdrama-home:") for volume in service.get("volumes", []))
    ]
    assert holders == ["scheduler", "warehouse-worker"]
    assert "deploy" not in SERVICES["warehouse-worker"], "there is one"


def test_a_worker_takes_the_tasks_that_it_has_the_keys_and_rooms_for() -> None:
    queues = {name: SERVICES[name]["command"][-1] for name in WORKERS}
    assert queues == {"warehouse-worker": "default", "ingest-worker": INGEST}


def test_the_pipeline_understands_the_samples_settings(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of("scheduler", clone, tmp_path, monkeypatch)
    secret = {path.name: path.read_text() for path in (clone / "secrets").iterdir()}
    assert settings.lake_kind == "sample"
    assert settings.s3.endpoint_url == "http://seaweedfs:8333"
    for work in ("ingest", "transform", "reports"):
        own = settings.s3.of(work)
        assert own.access_key_id == f"shortdrama-{work}"
        assert own.secret_access_key is not None
        assert own.secret_access_key.get_secret_value() == secret[f"s3_{work}"]
    assert settings.mail.port == 1025
    assert subscriptions_of(settings).without_address() == ()
    assert settings.mail.signing_key.get_secret_value() == secret["mail_signing_key"]
    assert settings.appfigures.token.get_secret_value() == secret["simulator_token"]
    assert settings.airflow.password.get_secret_value() == secret["airflow_pipeline_password"]


REAL = {
    "COMPOSE_PROFILES": "real",
    "LAKE_KIND": "real",
    "APPFIGURES_BASE_URL": "https://api.appfigures.com/v2/",
    "TIKTOK_PROVIDER": "business",
    "TIKTOK_BASE_URL": "https://business-api.tiktok.com/open_api/v1.3/",
    "TIKTOK_ADVERTISER_ID": "123",
    "MAIL_HOST": "smtp.example.org",
    "MAIL_PORT": "587",
    "MAIL_STARTTLS": "true",
    "MAIL_USERNAME": "us$r",
    "MAIL_SENDER": '"Drama, short" <a@example.org>',
    "MAIL_ENGINEERS": '["a@example.org", "b@example.org"]',
}


def test_the_pipeline_understands_real_settings_with_any_password(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty = """p$w${x}"'`\\ ä 短剧 %40#:/@"""
    secrets = tmp_path / "clone" / "secrets"
    secrets.mkdir(parents=True)
    for path in (clone / "secrets").iterdir():
        (secrets / path.name).write_text(path.read_text())
    (secrets.parent / ".env").write_text((clone / ".env").read_text())
    (secrets / "mail_password").write_text(f"{nasty}\n")
    (secrets / "appfigures_token").write_text("pat_real\n")
    settings = settings_of("scheduler", secrets.parent, tmp_path, monkeypatch, **REAL)
    assert settings.lake_kind == "real"
    assert settings.tiktok.advertiser_id == "123"
    assert settings.mail.starttls is True
    assert settings.mail.engineers == ("a@example.org", "b@example.org")
    assert settings.mail.password is not None
    assert settings.mail.password.get_secret_value() == nasty
    assert settings.appfigures.token.get_secret_value() == "pat_real"


def test_only_the_sample_has_a_simulator_and_a_mail_catcher() -> None:
    profiles = {name: service.get("profiles") for name, service in SERVICES.items()}
    assert {name for name, of in profiles.items() if of == ["sample"]} == {"simulator", "mailpit"}
    assert {name for name, of in profiles.items() if of == ["scale"]} == {"redis", *WORKERS}
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            is_there = profiles[needed] in (None, profiles[name])
            assert how.get("required", True) is is_there, (name, needed)


def test_without_a_change_tasks_run_in_the_scheduler(clone: Path) -> None:
    env = env_of(clone / ".env")
    assert env["EXECUTOR"] == "LocalExecutor"
    assert "scale" not in env["COMPOSE_PROFILES"]


@pytest.mark.parametrize("password", ["plain", """p$w${x}"'`\\ ä 短剧 %40#:/@?&=+""", "%%", " a "])
@pytest.mark.parametrize(
    ("setting", "secret", "host"),
    [
        ("DATABASE__SQL_ALCHEMY_CONN", "postgres_password", "postgres:5432"),
        ("CELERY__RESULT_BACKEND", "postgres_password", "postgres:5432"),
        ("CELERY__BROKER_URL", "redis_password", "redis:6379"),
    ],
)
def test_an_address_takes_any_password(
    tmp_path: Path, password: str, setting: str, secret: str, host: str
) -> None:
    command = SERVICES["scheduler"]["environment"][f"AIRFLOW__{setting}_CMD"]
    (tmp_path / secret).write_text(password + "\n")
    here = command.replace("/opt/shortdrama", str(REPOSITORY)).replace(
        "/run/secrets", str(tmp_path)
    )
    printed = subprocess.run(shlex.split(here), capture_output=True, text=True, check=True).stdout
    url = make_url(printed.removeprefix("db+"))
    assert (url.password, f"{url.host}:{url.port}") == (password, host)
    assert "\n" not in printed


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_and_fill_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert any(entry.startswith("/tmp") for entry in service["tmpfs"])  # noqa: S108


def test_the_bucket_is_the_same_for_server_health_check_and_pipeline() -> None:
    bucket = SERVICES["scheduler"]["environment"]["SHORTDRAMA_S3__BUCKET"]
    started = (REPOSITORY / "docker" / "seaweedfs.sh").read_text()
    assert f"-bucket={bucket} " in started
    assert f":8333/{bucket}?" in SERVICES["seaweedfs"]["healthcheck"]["test"][1]
