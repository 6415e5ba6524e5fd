from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from shortdrama_local.simulator import command, paths
from shortdrama_local.simulator.faults import FAULTS_BY_ROUTE, Fault


@pytest.fixture
def cli(monkeypatch):
    """The command, with what it would have served."""
    served = {}
    monkeypatch.setattr(command.uvicorn, "run", lambda _app, **options: served.update(options))
    monkeypatch.setattr(
        command, "create_app", lambda _model, clock, token: served.update(clock=clock, token=token)
    )
    app = typer.Typer()
    app.command()(command.serve)

    def run(*arguments, **environment):
        return CliRunner().invoke(app, arguments, env=environment), served

    return run


def test_it_serves_on_loopback_with_the_token_of_the_environment(cli):
    result, served = cli("--clock", "2025-10-06T06:00:00", SHORTDRAMA_SIMULATOR_TOKEN="pat_env")
    assert result.exit_code == 0, result.output
    assert (served["host"], served["port"], served["token"]) == ("127.0.0.1", 8600, "pat_env")
    assert served["clock"].frozen_at == datetime(2025, 10, 6, 6, tzinfo=UTC)


def test_it_does_not_start_without_a_token(cli):
    result, served = cli(SHORTDRAMA_SIMULATOR_TOKEN="")
    assert result.exit_code == 2
    assert not served


def test_a_clock_that_is_no_instant_is_named(cli):
    result, served = cli("--token", "pat_x", "--clock", "tomorrow")
    assert result.exit_code == 2
    assert "tomorrow" in result.output
    assert not served


def test_help_tells_routes_settings_and_faults_in_80_columns(cli):
    result, _ = cli("--help", COLUMNS="80")
    lines = result.output.splitlines()
    assert max(map(len, lines)) <= 80
    words = result.output.split()
    assert set(Fault) <= set(words)
    for route in FAULTS_BY_ROUTE:
        assert route.startswith((paths.APPFIGURES, paths.CREATIVE_CENTER, paths.TIKTOK_BUSINESS))
        assert any(word.startswith(route) for word in words), route
    for setting in ("clock", "quota", "faults"):
        assert f"/simulator/{setting}" in words
    # A line that was too long would leave its last words alone on the next.
    kept = [line.strip() for line in (command.serve.__doc__ or "").splitlines() if "\b" not in line]
    assert [line for line in kept if line not in "\n".join(s.strip() for s in lines)] == []
