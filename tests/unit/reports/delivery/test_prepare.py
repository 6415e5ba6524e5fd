"""Editions are made from what is published, or there is a reason why not; then letters."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from report_lake import ESTIMATES, HOLD, NOW, PULSE, W39, Lake, published, pulse, subscriptions
from shortdrama.core.errors import ReportWithheld
from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.sends import LATE_NOTE
from shortdrama.reports.archive.editions import Correction, find_edition, record_correction
from shortdrama.reports.archive.parts import keep
from shortdrama.reports.delivery import prepare, withholding
from shortdrama.reports.delivery.due import (
    Ready,
    Withheld,
    decide,
    due,
    forced_slots,
    open_slots,
)
from shortdrama.reports.delivery.letters import Desk
from shortdrama.reports.delivery.prepare import prepare_due, printed
from shortdrama.reports.delivery.press import Press, with_banner
from shortdrama.reports.delivery.withholding import reason_to_withhold
from small_report import SmallContent, drawn, small_report, written


def test_an_edition_is_made_once_for_both_languages_and_binds_its_snapshot(lake: Lake) -> None:
    assert lake.states() == {W39: Ready({"hashtag_views": Decimal(30)})}
    lake.published, lake.usd = published("s2"), "20"
    letters = lake.letters()
    assert [(one.recipient, one.rendered.subject) for one in letters] == [
        ("ann", "Revenue 2025-W39: 10"), ("li", "收入 2025-W39: 10"),
    ]  # fmt: skip
    edition = find_edition(lake.store, W39)
    assert edition is not None
    assert (edition.snapshot_id, edition.late_in, lake.composed) == ("s1", (), 1)
    assert W39 in lake.store.objects[keys.EDITION_INDEX].decode()


def test_before_the_first_snapshot_nothing_is_said_to_anybody(lake: Lake) -> None:
    lake.published = None
    assert lake.states(NOW + timedelta(days=5)) == {}


def test_an_edition_that_is_made_late_says_so_in_each_readers_time(lake: Lake) -> None:
    lake.published = published(as_of="2025-10-03")
    ann, li = lake.letters(NOW + timedelta(days=2))
    assert "This edition is late: it was due on 2 Oct 2025 08:00." in ann.rendered.text
    assert "本期延迟发送：原定发送时间为2025年10月2日 08:00。" in li.rendered.text
    assert ann.facts["X-Shortdrama-Late"] == "yes"


def test_an_edition_that_was_made_in_time_and_leaves_late_says_so_once(lake: Lake) -> None:
    lake.states()
    ann, _ = lake.letters(NOW + timedelta(days=2))
    assert ann.rendered.text.count("is late") == 1
    assert ann.rendered.html.count("is late") == 1
    in_time, _ = lake.letters()
    assert "is late" not in in_time.rendered.text


def test_a_pulse_that_nobody_wants_binds_nothing(lake: Lake) -> None:
    who = subscriptions(pulse(31))
    assert lake.states(who=who)[PULSE] == Ready({"hashtag_views": Decimal(30)})
    assert find_edition(lake.store, PULSE) is None
    who = subscriptions(pulse(30))
    assert [one.edition_id for one in lake.letters(who=who)] == [PULSE, W39, W39]


@pytest.mark.parametrize(
    ("fields", "kind", "said"),
    [
        ({"refused_since": ("share is 120 %",)}, "checks", "refused: share is 120 %"),
        ({"as_of": "2025-09-01"}, "missing", "ends on 2025-09-01, 31 days ago"),
        ({"red_gate": "the mart gate is red"}, "checks", "mart gate is red"),
    ],
)
def test_what_is_wrong_with_required_data_withholds(
    lake: Lake, fields: dict[str, Any], kind: str, said: str
) -> None:
    lake.published = published(**fields)
    state = lake.states()[W39]
    assert isinstance(state, Withheld)
    assert (state.kind, lake.composed) == (kind, 0)
    assert said in state.reason


def test_a_dataset_that_the_report_does_not_need_withholds_nothing() -> None:
    report = replace(small_report(), required=())
    assert reason_to_withhold(report, published(refused_since=("x",)), NOW) is None
    other = replace(small_report(), required=("tiktok.hashtags",))
    withheld = reason_to_withhold(other, published(), NOW)
    assert withheld is not None
    assert "tiktok.hashtags has no accepted load" in withheld.reason


@pytest.mark.parametrize(("days", "read"), [((0,), 1), ((0, 1, 3), 3), ((0, 9, 12, 40), 3)])
def test_how_long_a_lake_publishes_is_read_no_further_back_than_it_matters(
    monkeypatch: pytest.MonkeyPatch, days: tuple[int, ...], read: int
) -> None:
    newest = published().manifest
    seen = []

    def history(_: Any) -> Any:
        for age in days:
            seen.append(newest.created_at - timedelta(days=age))
            yield newest.model_copy(update={"created_at": seen[-1]})

    monkeypatch.setattr(withholding, "history", history)
    assert withholding._begun_at(None) == seen[-1]  # type: ignore[arg-type]
    assert len(seen) == read


def test_a_week_that_is_not_covered_withholds_and_is_made_when_it_is(lake: Lake) -> None:
    def missing(*_: Any) -> SmallContent:
        raise ReportWithheld("2025-W39", ESTIMATES, "covers only 5 of 7 days", "Pull it again")

    weekly = lake.press.reports["weekly_brief"]
    whole = lake.press
    lake.press = Press({"weekly_brief": replace(weekly, compose=missing)}, drawn)
    state = lake.states()[W39]
    assert isinstance(state, Withheld)
    assert "5 of 7 days" in state.reason
    lake.press = whole
    assert isinstance(lake.states()[W39], Ready)


def test_a_fault_in_one_report_does_not_keep_the_other_back(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(*_: Any) -> SmallContent:
        raise KeyError("price_band")

    reports = dict(lake.press.reports)
    reports["minis_pulse"] = replace(reports["minis_pulse"], compose=faulty)
    lake.press = Press(reports, drawn)
    states = lake.states(who=subscriptions(pulse(1)))
    assert isinstance(states[W39], Ready)
    assert states[PULSE] == Withheld("it cannot be made: KeyError: 'price_band'", is_fault=True)
    assert "faulty" in capsys.readouterr().err


def test_a_lake_that_is_away_is_no_reason_to_withhold(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise duckdb.IOException("HTTP 503")

    monkeypatch.setattr(prepare, "connect", away)
    with pytest.raises(duckdb.IOException):
        lake.states()


def test_figures_that_were_taken_back_are_not_sent_to_more_people(lake: Lake) -> None:
    lake.states()
    lake.published = published("s0", hold=HOLD)
    state = lake.states()[W39]
    assert isinstance(state, Withheld)
    assert (state.kind, "report correct weekly_brief/2025-W39" in state.reason) == ("hold", True)
    # The snapshot to which was rolled back is good.
    lake.published = published("s1", hold=HOLD)
    assert isinstance(lake.states()[W39], Ready)


def test_a_released_hold_does_not_make_figures_right_that_were_taken_back(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.states()  # of s1, which is rolled back; s2 follows s0
    manifests = {
        name: published(name).manifest.model_copy(
            update={"previous": "s0", "created_at": NOW + timedelta(hours=hours)}
        )
        for name, hours in (("s0", 0), ("s1", 1), ("s2", 2))
    }
    monkeypatch.setattr(withholding, "find_manifest", lambda _store, name: manifests[name])
    for current in (["s0"], ["s2", "s0"]):
        kept = [manifests[name] for name in current]
        monkeypatch.setattr(withholding, "history", lambda _store, kept=kept: iter(kept))
        lake.published, lake.usd = published(current[0]), "11"
        state = lake.states()[W39]
        assert isinstance(state, Withheld)
        assert "s1, which is rolled back. Send a correction" in state.reason
        # A correction would have nothing to say, so the edition goes on.
        lake.usd = "10"
        assert isinstance(lake.states()[W39], Ready)
    # A snapshot that is merely older is good, also while a newer one is held.
    kept = [manifests["s2"], manifests["s1"], manifests["s0"]]
    monkeypatch.setattr(withholding, "history", lambda _store: iter(kept))
    lake.published, lake.usd = published("s2", hold=HOLD), "11"
    assert isinstance(lake.states()[W39], Ready)


def test_who_has_not_had_it_gets_the_corrected_edition(lake: Lake) -> None:
    lake.states()
    content = SmallContent(period="2025-W39", revenue={"A": Decimal(99)})
    weekly = lake.press.reports["weekly_brief"]
    corrected = {
        locale: keep(lake.store, W39, locale, one)  # type: ignore[arg-type]
        for locale, one in printed(lake.press, weekly, content, {}).items()
    }
    correction = Correction(
        edition=W39, number=1, snapshot_id="s2", by="ada", because="cents", at=NOW, changes=1,
        notes={}, parts=corrected,
    )  # fmt: skip
    record_correction(lake.store, correction)  # type: ignore[arg-type]
    lake.published = published("s2", hold=HOLD)
    ann, _ = lake.letters()
    assert ann.rendered.subject == "Revenue 2025-W39: 99"
    assert ann.facts["X-Shortdrama-Snapshot"] == "s2"


@pytest.mark.parametrize("kind", ["checks", "missing", "hold"])
def test_a_note_is_short_in_the_readers_language_and_has_no_figures(lake: Lake, kind: Any) -> None:
    slots = open_slots(NOW, subscriptions(), lake.press.reports, {})
    late = NOW + timedelta(days=1)
    decisions = decide(late, slots, {}, {W39: Withheld("secret reason", kind)})
    ann, li = Desk(lake.store, lake.press).letters(decisions)
    assert (ann.kind, ann.attach) == (LATE_NOTE, False)
    assert ann.rendered.subject == "Late: weekly market brief, 22–28 Sept 2025"
    assert li.rendered.subject == "延迟通知：短剧市场周报（2025年9月22日—28日）"
    assert "secret" not in ann.rendered.text
    assert not any("a" <= sign <= "z" for sign in li.rendered.text.split("Tiles")[0])


def test_a_damaged_archive_keeps_back_only_its_own_language(lake: Lake) -> None:
    lake.states()
    edition = find_edition(lake.store, W39)
    assert edition is not None
    del lake.store.objects[f"reports/{W39}/{edition.parts['zh'].folder}/brief.txt"]
    desk = Desk(lake.store, lake.press)
    decisions = due(NOW, subscriptions(), lake.press.reports, {}, lake.states())
    assert [one.recipient for one in desk.letters(decisions)] == ["ann"]
    assert len(desk.damaged) == 1


def test_what_a_person_asks_for_goes_to_everybody_whatever_the_time(lake: Lake) -> None:
    who = subscriptions(pulse(1000))
    for report, label in (("weekly_brief", "2025-W20"), ("minis_pulse", "2025-09-01")):
        known = lake.press.reports[report]
        slots = forced_slots(known, known.period_of(label), who, {}, suppressed=("li",))
        lake.published = published(as_of="2025-06-01")
        states = prepare_due(slots, Settings(), lake.store, lake.press, NOW)  # type: ignore[arg-type]
        letters = Desk(lake.store, lake.press).letters(decide(NOW, slots, {}, states))
        assert [one.recipient for one in letters] == [{"weekly_brief": "ann"}.get(report, "bo")]
        assert "late" not in letters[0].rendered.text


def test_an_edition_that_is_not_made_yet_stops_no_other_letter(lake: Lake) -> None:
    states = lake.states()
    # Its reader became due between the tasks: the next round makes it.
    states[PULSE] = Ready({"hashtag_views": Decimal(30)})
    decisions = due(NOW, subscriptions(pulse(10)), lake.press.reports, {}, states)
    letters = Desk(lake.store, lake.press).letters(decisions)  # type: ignore[arg-type]
    assert [one.recipient for one in letters] == ["ann", "li"]


def test_an_edition_of_one_language_stops_only_the_other(lake: Lake) -> None:
    states = lake.states()
    edition = json.loads(lake.store.get(keys.edition(W39)))
    del edition["parts"]["zh"]
    lake.store.put(keys.edition(W39), json.dumps(edition).encode())
    desk = Desk(lake.store, lake.press)  # type: ignore[arg-type]
    decisions = due(NOW, subscriptions(), lake.press.reports, {}, states)
    assert [one.recipient for one in desk.letters(decisions)] == ["ann"]
    assert "was made only in en" in str(desk.damaged[0])


def test_a_line_above_an_archived_edition_is_escaped_and_within_the_body() -> None:
    page = drawn(written(SmallContent(period="2025-W39", revenue={}), "en"))
    whole = replace(page, html="<html><body class='x'>\n<p>1</p></body></html>")
    marked = with_banner(whole, "a <b> \\1 line", "[Test] ")
    assert marked.html.index("a &lt;b&gt; \\1 line") > marked.html.index("<body class='x'>")
    assert marked.subject.startswith("[Test] Revenue")
    assert marked.text.startswith("a <b> \\1 line\n\n")


def test_a_mail_leads_to_the_page_of_its_snapshot_where_there_is_one(lake: Lake) -> None:
    states = lake.states()
    lake.store.put(keys.market_page("s1", "en"), b"")
    decisions = due(NOW, subscriptions(), lake.press.reports, {}, states)
    desk = Desk(lake.store, lake.press, "https://pages.example.org/market/")
    ann, li = desk.letters(decisions)  # type: ignore[arg-type]
    address = "https://pages.example.org/market/s1/market-en.html"
    assert f'href="{address}"' in ann.rendered.html
    assert ann.rendered.text.rstrip().endswith(address)
    assert "example.org/market" not in li.rendered.html + li.rendered.text
    without, _ = Desk(lake.store, lake.press).letters(decisions)  # type: ignore[arg-type]
    assert "market-en.html" not in without.rendered.html
