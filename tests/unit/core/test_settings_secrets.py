"""Settings that come as files, one for each secret."""

from pathlib import Path

import pytest

from shortdrama.core.settings import SettingsRefused, settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home, secrets = tmp_path / "home", tmp_path / "secrets"
    home.mkdir()
    secrets.mkdir()
    monkeypatch.setenv("SHORTDRAMA_HOME", str(home))
    monkeypatch.setenv("SHORTDRAMA_SECRETS", str(secrets))
    settings.cache_clear()
    return secrets


def test_a_file_is_named_like_its_variable(folder: Path) -> None:
    (folder / "shortdrama_appfigures__token").write_text("pat_1\n")
    (folder / "shortdrama_mail__addresses").write_text('{"ada": "ada@example.org"}')
    (folder / "postgres_password").write_text("somebody else's")
    assert settings().appfigures.token.get_secret_value() == "pat_1"
    assert settings().mail.addresses == {"ada": "ada@example.org"}


def test_the_environment_counts_more_and_the_homes_file_less(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "settings.env").write_text(
        "SHORTDRAMA_APPFIGURES__TOKEN=home\nSHORTDRAMA_TIKTOK__TOKEN=home\n"
    )
    (folder / "shortdrama_appfigures__token").write_text("file")
    (folder / "shortdrama_mail__password").write_text("file")
    monkeypatch.setenv("SHORTDRAMA_MAIL__PASSWORD", "environment")
    found = settings()
    assert found.appfigures.token.get_secret_value() == "file"
    assert found.tiktok.token.get_secret_value() == "home"
    assert found.mail.password is not None
    assert found.mail.password.get_secret_value() == "environment"


def test_a_folder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTDRAMA_SECRETS", "/nowhere/secrets")
    with pytest.raises(SettingsRefused, match="/nowhere/secrets"):
        settings()


def test_a_file_that_nobody_may_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shortdrama_tiktok__token").write_text("x")
    read = Path.read_text

    def refusing(path: Path, encoding: str | None = None) -> str:
        if path.name == "shortdrama_tiktok__token":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", refusing)
    with pytest.raises(SettingsRefused, match=r"shortdrama_tiktok__token.*Permission denied"):
        settings()


@pytest.mark.parametrize("content", [b"\xff\xfe secret", b"{'ada': secret}"])
def test_a_file_that_cannot_be_understood_is_refused_and_not_repeated(
    folder: Path, content: bytes
) -> None:
    (folder / "shortdrama_mail__addresses").write_bytes(content)
    with pytest.raises(SettingsRefused) as refused:
        settings()
    assert "secret}" not in str(refused.value)
    assert refused.value.__cause__ is None
