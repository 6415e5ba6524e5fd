from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from shortdrama.simulator import command


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
