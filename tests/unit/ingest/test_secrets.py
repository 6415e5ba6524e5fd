"""Every secret of the settings is planted; after successes and failures nothing repeats one."""

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake.landing import read_pull
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import deliver
from shortdrama.sources.connector import PullRequest

DAY = Window(start=date(2025, 9, 1), end=date(2025, 9, 1))
ESTIMATED = PullRequest(dataset=ESTIMATES.id, run_key="run", window=DAY)
TAGS = PullRequest(dataset=HASHTAGS.id, run_key="run")
ROW = {"product_id": 1, "start_date": "2025-09-01", "downloads": 5, "revenue": "9.00"}
USD = {"x-currency": "USD", "x-shortdrama-sample": "true"}
CLOSED_PORT = 9


def secret_paths(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        if "SecretStr" in str(field.annotation):
            yield (*path, name)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from secret_paths(field.annotation, (*path, name))


def changed(model: Any, path: tuple[str, ...], value: object) -> Any:
    name, *rest = path
    inner = changed(getattr(model, name), tuple(rest), value) if rest else value
    return model.model_copy(update={name: inner})


PATHS = list(secret_paths(Settings))
PLANTED = {path: f"planted-{'-'.join(path)}-4711" for path in PATHS}


def test_the_secrets_of_the_settings_are_found() -> None:
    assert {("appfigures", "token"), ("tiktok", "token"), ("s3", "secret_access_key")} <= set(PATHS)
    assert ("mail", "password") in PATHS


@pytest.fixture
def planted(settings: Settings, source: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings with a recognisable text in every secret, before the scripted source."""
    monkeypatch.setattr("shortdrama.sources.http.polite_wait", lambda _: 0)
    for path, text in PLANTED.items():
        # A proxy's secret is in its URL. The source stands for the proxy too.
        value = source.url.replace("//", f"//{text}:x@") if path[-1] == "proxy" else text
        settings = changed(settings, path, SecretStr(value))
    for path, value in {
        ("appfigures", "base_url"): source.url,
        ("tiktok", "base_url"): source.url,
        ("mail", "username"): "somebody",
        ("mail", "port"): CLOSED_PORT,
    }.items():
        settings = changed(settings, path, value)
    return settings


def load(request: PullRequest) -> Callable[[Settings, ObjectStore], object]:
    def run(settings: Settings, store: ObjectStore) -> object:
        landed = read_pull(store, pull(request, settings, store, print))
        conform_or_quarantine(landed, settings, store)
        return admit(landed, settings, store)

    return run


def losing_a_part(settings: Settings, store: ObjectStore) -> None:
    landed = read_pull(store, pull(ESTIMATED, settings, store, print))
    store.delete(landed.parts[0].key)
    conform_or_quarantine(landed, settings, store)


def send(settings: Settings, _: ObjectStore) -> None:
    deliver(EmailMessage(), settings.mail)


ECHO = " ".join(PLANTED.values())
CASES: dict[str, tuple[dict[str, Any], Callable[[Settings, ObjectStore], object], bool]] = {
    "taken_in": ({"body": [ROW], "headers": {**USD, "x-echo": ECHO}}, load(ESTIMATED), False),
    "token_refused": ({"status": 401, "body": {"message": f"no {ECHO}"}}, load(ESTIMATED), True),
    "quota_spent": ({"status": 420, "body": {"message": f"no {ECHO}"}}, load(ESTIMATED), True),
    "server_error": ({"status": 500, "body": f"<pre>{ECHO}</pre>"}, load(ESTIMATED), True),
    "redirected": ({"status": 302, "headers": {"location": "/x"}}, load(ESTIMATED), True),
    "connection_reset": ({"resets": True}, load(ESTIMATED), True),
    "other_shape": ({"body": [{**ROW, "revenue": 9}], "headers": USD}, load(ESTIMATED), True),
    "no_lake_part": ({"body": [ROW], "headers": USD}, losing_a_part, True),
    "gateway_refuses": ({"status": 403, "body": ECHO}, load(TAGS), True),
    "no_mail_server": ({}, send, True),
}


@pytest.mark.parametrize("case", CASES)
def test_no_secret_is_repeated_anywhere(
    planted, store, source, caplog, capfd, monkeypatch, case
) -> None:
    answer, run, fails = CASES[case]
    monkeypatch.setattr("shortdrama.ingest.admit._refusals", lambda *_: ())
    # Only its own token goes to a source, so it cannot repeat another one.
    own = {("tiktok", "token") if run is CASES["gateway_refuses"][1] else ("appfigures", "token")}
    for path in PLANTED.keys() - own:
        answer = _without(answer, PLANTED[path])
    source.says(**answer)
    caplog.set_level(logging.DEBUG)
    told = ""
    if fails:
        with pytest.raises(Exception) as failure:  # noqa: PT011 - whatever it is, it keeps quiet
            run(planted, store)
        told = "".join(traceback.format_exception(failure.value))
        assert told
    else:
        run(planted, store)
    shown = capfd.readouterr()
    kept = {key: store.get(key) for key in store.list("")}
    places = {"traceback": told, "logs": caplog.text, "screen": shown.out + shown.err,
              "settings": repr(planted) + str(planted)}  # fmt: skip
    for text in PLANTED.values():
        assert [place for place, content in places.items() if text in content] == []
        assert [key for key, body in kept.items() if text.encode() in body] == []
    if run is not send:
        assert any(source.tokens)


def _without(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, text) for name, inner in value.items()}
    return value.replace(text, "") if isinstance(value, str) else value
