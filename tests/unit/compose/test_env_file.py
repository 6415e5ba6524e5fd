"""`make env`: random secrets, once."""

import base64
import re
import stat
from pathlib import Path

import pytest

from shortdrama.core.settings import REPOSITORY
from shortdrama_local.embedded import env_file


def read(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines())


def test_it_holds_exactly_what_the_compose_file_demands(tmp_path: Path) -> None:
    env_file.write_env(tmp_path / ".env")
    compose = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    assert read(tmp_path / ".env").keys() == set(re.findall(r"\$\{(\w+):\?", compose))


def test_every_value_differs_from_every_other_and_on_every_call(tmp_path: Path) -> None:
    env_file.write_env(tmp_path / "one")
    env_file.write_env(tmp_path / "two")
    values = [*read(tmp_path / "one").values(), *read(tmp_path / "two").values()]
    assert len(values) == len(set(values))
    assert min(map(len, values)) >= 44


def test_values_need_no_quoting_in_an_env_file_a_url_or_json(tmp_path: Path) -> None:
    env_file.write_env(tmp_path / ".env")
    values = read(tmp_path / ".env")
    assert len(base64.urlsafe_b64decode(values.pop("AIRFLOW_FERNET_KEY"))) == 32
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in values.values())


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    env_file.write_env(tmp_path / ".env")
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_passwords_that_volumes_were_made_with_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    env_file.write_env(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="was not changed"):
        env_file.write_env(path)
    assert path.read_bytes() == before


def test_make_env_says_what_to_do_when_there_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(env_file, "REPOSITORY", tmp_path)
    env_file.main()
    assert str(tmp_path / ".env") in capsys.readouterr().out
    with pytest.raises(SystemExit, match="down --volumes"):
        env_file.main()
