"""Settings that cannot be used are refused by name; their values are shown nowhere."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from shortdrama.core.settings import SettingsRefused, settings


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """All that reading the settings with a variable set prints."""
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))

    def read(**variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        with pytest.raises(SettingsRefused) as caught:
            settings()
        settings.cache_clear()
        return "".join(traceback.format_exception(caught.value))

    return read


@pytest.mark.parametrize(
    "token",
    ["pat planted", "pat_planted\n", " pat_planted", '"pat_planted"', "'pat_planted'",
     "pat\tplanted", "pat_planted短剧", "pat_planted\r\nX-Evil: 1", "pat_planted\x7f"],
)  # fmt: skip
@pytest.mark.parametrize("source", ["APPFIGURES", "TIKTOK"])
def test_a_token_that_was_pasted_badly_is_refused_and_not_shown(refused, source, token) -> None:
    said = refused(**{f"SHORTDRAMA_{source}__TOKEN": token})
    assert f"SHORTDRAMA_{source}__TOKEN: holds a blank, a quote, a line end" in said
    assert "planted" not in said


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://us:planted@api.example/v2/", "holds a name or password; set the token instead"),
        ("https://planted@api.example/v2/", "holds a name or password"),
        ("ftp://planted.example/", "is not an address that begins with http:// or https://"),
        ("planted.example/v2/", "is not an address"),
        ("https://", "is not an address"),
        ("https://planted.example/v2?key=1", "an address ends with its path"),
        ("https://planted.example/ v2/", "holds a blank"),
        ("http://[planted/", "is not an address"),
        ("http://planted\u2100.example/", "is not an address"),
        ("http://api.example:planted/", "is not an address"),
    ],
)
@pytest.mark.parametrize("source", ["APPFIGURES", "TIKTOK"])
def test_a_base_url_that_cannot_be_used_is_refused_and_not_shown(
    refused, source, url, told
) -> None:
    said = refused(**{f"SHORTDRAMA_{source}__BASE_URL": url})
    assert f"SHORTDRAMA_{source}__BASE_URL" in said
    assert told in said
    assert "planted" not in said


def test_every_wrong_setting_is_named_at_once(refused) -> None:
    said = refused(
        SHORTDRAMA_APPFIGURES__TOKEN="a b",
        SHORTDRAMA_TIKTOK__ANSWER_SECONDS="0",
        SHORTDRAMA_MAIL__PORT="planted",
    )
    assert "SHORTDRAMA_APPFIGURES__TOKEN: holds" in said
    assert "SHORTDRAMA_TIKTOK__ANSWER_SECONDS: Input should be greater than 0" in said
    assert "SHORTDRAMA_MAIL__PORT: Input should be a valid integer" in said
    assert "planted" not in said


def test_a_list_that_is_no_json_is_refused_by_its_part(refused) -> None:
    said = refused(SHORTDRAMA_TIKTOK__COUNTRIES='["planted",')
    assert 'error parsing value for field "tiktok"' in said
    assert "planted" not in said


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("APPFIGURES__COUNTRIES", '["US", "US"]', "names something twice"),
        ("APPFIGURES__COUNTRIES", '["us"]', "something else than codes of countries"),
        ("APPFIGURES__COUNTRIES", '["ZZ"]', "something else than codes of countries"),
        ("APPFIGURES__COUNTRIES", "[]", "at least 1 item"),
        ("TIKTOK__COUNTRIES", '["USA"]', "something else than codes of countries"),
        ("TIKTOK__COUNTRIES", "[]", "at least 1 item"),
        ("TIKTOK__WINDOW_DAYS", "[7, 7]", "names something twice"),
        ("TIKTOK__WINDOW_DAYS", "[]", "at least 1 item"),
        ("TIKTOK__HASHTAGS", '["DramaBox", "dramabox"]', "names something twice"),
        ("TIKTOK__HASHTAGS", '["#dramabox"]', "one with a # or a blank"),
        ("TIKTOK__HASHTAGS", '["drama box"]', "one with a # or a blank"),
        ("TIKTOK__HASHTAGS", '[""]', "holds an empty tag"),
    ],
)
def test_lists_of_what_to_ask_for_that_no_load_could_pass_are_refused(
    refused, variable, value, told
) -> None:
    said = refused(**{f"SHORTDRAMA_{variable}": value})
    assert f"SHORTDRAMA_{variable}: " in said
    assert told in said
