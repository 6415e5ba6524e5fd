"""The reviewed file of subscriptions, and what is said about one that cannot be used."""

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shortdrama.core.settings import MailSettings, Recipient, Settings
from shortdrama.lake.sends import digest_of
from shortdrama.reports.delivery.subscriptions import (
    SCHEMA,
    SHIPPED,
    Addresses,
    SubscriptionsRefused,
    read_file,
    schema,
    subscriptions_of,
)

GOOD = """\
version: 1
subscriptions:
  - report: weekly_brief
    locale: en
    time_zone: Europe/London
    recipients: [ada, {id: bo, since: 2026-03-01}]
    since: 2025-09-01
  - report: minis_pulse
    locale: zh
    time_zone: Asia/Shanghai
    recipients: [li]
    since: 2025-09-01
    thresholds: {hashtag_views: 12.5}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "who.yaml"
    path.write_text(GOOD)
    return path


def test_a_good_file_is_read_with_dates_of_single_recipients(file: Path) -> None:
    weekly, pulse = read_file(file).subscriptions
    assert [weekly.since_of(one) for one in weekly.people] == [
        date(2025, 9, 1), date(2026, 3, 1),
    ]  # fmt: skip
    assert weekly.has_moved({})
    assert not pulse.has_moved({"hashtag_views": Decimal("12.4"), "other": Decimal(99)})
    assert pulse.has_moved({"hashtag_views": Decimal("-12.5")})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Europe/London", "Europe/Londn", r"line 5: subscriptions\.0\.time_zone: 'Europe/Londn'"),
        ("Europe/London", "../../etc/passwd", r"line 5: subscriptions\.0\.time_zone"),
        ("locale: zh", "locale: fr", r"line 9: subscriptions\.1\.locale: Input should be 'en'"),
        ("[li]", "[li@example.org]", r"line 11: subscriptions\.1\.recipients\.0"),
        ("[li]", "[]", r"line 11: subscriptions\.1\.recipients: Tuple should have at least 1"),
        ("    since: 2025-09-01\n  -", "  -", r"line 3: subscriptions\.0\.since: Field required"),
        ("    locale: zh", "    lang: zh\n    locale: zh", r"line 9: .*\.lang: Extra"),
        ("12.5", "0", r"line 13: subscriptions\.1\.thresholds\.hashtag_views"),
        ("[ada,", "[ada, ada,", r"line 6: ada gets weekly_brief already from subscription 1"),
        ("version: 1", "version: 2", r"line 1: version"),
        ("locale: en", "locale: en: de", r"line 4: it is not YAML"),
        ("weekly_brief", "weekly", r"line 3: subscriptions\.0\.report"),
        ("hashtag_views:", "hashtag_view:", r"minis_pulse has no threshold 'hashtag_view'; it has"),
        ("2025-09-01\n  -", "2025-09-01\n    thresholds: {a: 1}\n  -", r"weekly_brief has no th"),
        ("2025-09-01", "2025-02-30", r"a value cannot be read: day is out of range"),
        ("    locale: en", "    locale: zh\n    locale: en", r"line 5: .*locale is there twice"),
        ("[ada", "&all [*all, ada", r"who\.yaml.*: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(file: Path, old: str, new: str, said: str) -> None:
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(SubscriptionsRefused, match=said) as refused:
        read_file(file)
    assert "who.yaml" in str(refused.value)
    assert "shortdrama report" in str(refused.value)


def test_an_empty_and_a_binary_file_are_refused(file: Path) -> None:
    for content in (b"", b"\xff\xfe\x00", b"- a\n- b\n"):
        file.write_bytes(content)
        with pytest.raises(SubscriptionsRefused, match=r"who\.yaml"):
            read_file(file)


def test_a_file_that_is_not_there_stops_only_the_reports(tmp_path: Path) -> None:
    settings = Settings(subscriptions=tmp_path / "gone.yaml")
    with pytest.raises(SubscriptionsRefused, match=r"gone\.yaml: .*No such file"):
        subscriptions_of(settings)


def test_the_shipped_file_is_good_and_its_schema_is_that_of_the_model() -> None:
    assert {one.locale for one in read_file(SHIPPED).subscriptions} == {"en", "zh"}
    wanted = json.dumps(schema(), indent=1) + "\n"
    if os.environ.get("UPDATE_DOCS"):
        SCHEMA.write_text(wanted)
    assert SCHEMA.read_text() == wanted, "`make docs` writes it again"


def test_recipients_without_an_address_are_named_and_addresses_are_not_printed() -> None:
    mail = MailSettings(addresses={"readers-en": "team@example.org"})
    subscriptions = subscriptions_of(Settings(mail=mail))
    assert subscriptions.without_address() == ("readers-zh",)
    assert "example.org" not in f"{subscriptions} {mail!r}"


def test_who_was_known_by_a_digest_is_known_by_id_too() -> None:
    addresses = Addresses({"ada": "Ada@example.org", "bo": "bo@example.org"})
    assert addresses.also_by_id(["li", digest_of("ada@example.org")]) == {
        "li", "ada", digest_of("ada@example.org"),
    }  # fmt: skip


def test_recipients_of_the_old_form_get_the_weekly_brief_for_one_more_version() -> None:
    mail = MailSettings(recipients=(Recipient(address="Ann@example.org", locale="zh"),))
    (entry,) = subscriptions_of(Settings(mail=mail)).entries
    assert (entry.report, entry.locale, entry.time_zone) == ("weekly_brief", "zh", "UTC")
    assert [one.id for one in entry.people] == [digest_of("ann@example.org")]


def test_the_old_form_does_not_count_where_there_are_addresses() -> None:
    mail = MailSettings(
        recipients=(Recipient(address="ann@example.org"),), addresses={"readers-en": "x@y.org"}
    )
    assert len(subscriptions_of(Settings(mail=mail)).entries) > 1
