"""Senders as processes, a real mail server with STARTTLS and AUTH, and a real S3 interface.

A sample runs with the other tests; `make deliveries` runs all, with SEED=13 unless another is set.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shortdrama.core.settings import MailSettings, S3Settings
from shortdrama.lake.sends import EDITION, SendKey, read_sends
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery import ledger
from smtp_rig import Rig, serving_mail

pytestmark = pytest.mark.integration

SENDER = Path(__file__).parents[3] / "sending_process.py"
SEED = int(os.environ.get("SEED", "13"))
NOW = datetime(2025, 10, 2, 8, tzinfo=UTC)
FAULTS = ("r421", "r450", "r550", "d554", "d452", "drop", "lost", "early", "slow")
SENT_BY_THEN = timedelta(hours=6)


class Post:
    """Everything that a sender needs, and what became of it."""

    def __init__(self, store: ObjectStore, s3: S3Settings, mail: MailSettings, rig: Rig) -> None:
        self.store, self.s3, self.mail, self.rig = store, s3, mail, rig
        assert mail.ca_file is not None
        self.folder = mail.ca_file.parent
        self.plans = 0

    def start(
        self, readers: Sequence[str], edition: str, hours: float = 0
    ) -> subprocess.Popen[bytes]:
        self.plans += 1
        path = self.folder / f"plan-{self.plans}.json"
        plan = {
            "s3": _dumped(self.s3), "mail": _dumped(self.mail), "readers": list(readers),
            "edition": edition, "now": (NOW + timedelta(hours=hours)).isoformat(),
        }  # fmt: skip
        path.write_text(json.dumps(plan))
        return subprocess.Popen([sys.executable, str(SENDER), str(path)], stdout=subprocess.PIPE)

    def run(self, readers: Sequence[str], edition: str, hours: float = 0) -> None:
        process = self.start(readers, edition, hours)
        process.communicate(timeout=300)
        assert process.returncode == 0

    def check(self, readers: Sequence[str], edition: str) -> Counter[str]:
        """Never two; none only with a recorded reason or `unknown`. How often each end was met."""
        got = Counter(
            str(mail["X-Who"])
            for mail in self.rig.accepted
            if mail["X-Shortdrama-Edition"] == edition
        )
        assert max(got.values(), default=0) <= 1, got.most_common(3)
        records = read_sends(self.store, edition)
        ends = Counter[str]()
        for reader in readers:
            record = records[SendKey(reader, EDITION)]
            state = ledger.state_at(record, NOW + SENT_BY_THEN)
            if not got[reader]:
                assert state in ("unknown", "refused"), record
                assert record.error or record.state == "claimed"
            if state == "sent":
                assert got[reader] == 1
            ends[f"{state}, {'arrived' if got[reader] else 'not arrived'}"] += 1
        return ends


def _dumped(settings: Any) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return value.get_secret_value() if hasattr(value, "get_secret_value") else value

    kept = {name: plain(value) for name, value in settings}
    return json.loads(json.dumps({k: v for k, v in kept.items() if v is not None}, default=str))  # type: ignore[no-any-return]


@pytest.fixture
def post(s3: S3Settings, store: ObjectStore, tmp_path: Path) -> Iterator[Post]:
    rig = Rig(slow_seconds=0.05)
    with serving_mail(rig, tmp_path) as mail:
        yield Post(store, s3, mail, rig)


@pytest.fixture
def watched(s3_server: Any, post: Post, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`with watched(watch):` calls it before and after writes of ledgers and steps of the mail."""
    handler = s3_server.RequestHandlerClass
    put = handler.do_PUT

    @contextmanager
    def watching(watch: Callable[[str], None]) -> Iterator[None]:
        def do_put(self: Any) -> None:
            is_ledger = self.path.endswith("/sends.json")
            if is_ledger:
                watch("put")
            with suppress(ConnectionError):  # its sender was killed
                put(self)
            if is_ledger:
                watch("was put")

        with monkeypatch.context() as patch:
            patch.setattr(handler, "do_PUT", do_put)
            patch.setattr(post.rig, "watch", watch)
            yield

    return watching


def readers(count: int, every: int = 4) -> list[str]:
    """Ids of which every so many have a fault, one after the other."""
    return [
        f"{FAULTS[n // every % len(FAULTS)] if n % every == 0 else 'good'}-{n}"
        for n in range(count)
    ]


def killed(
    post: Post, watched: Any, number: int, later: Sequence[float] = (0.1, 1, 2, 4)
) -> Counter[str]:
    """A sender that is killed at a seeded point, then others until there is nothing to do."""
    chosen = random.Random(f"{SEED}/{number}")  # noqa: S311 - no secret
    who, edition = readers(24), f"weekly_brief/2025-W{number + 1:02d}"
    at, events = chosen.randint(1, 100), 0
    process = post.start(who, edition)

    def watch(_event: str) -> None:
        nonlocal events
        events += 1
        if events == at:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)

    with watched(watch):
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, f"only {events} events; {at} were wanted"
    for hours in later:
        post.run(who, edition, hours)
    return post.check(who, edition)


def test_killed_at_seeded_points_nobody_gets_two(post: Post, watched: Any) -> None:
    ends = killed(post, watched, 0, later=(1, 4))
    assert ends["sent, arrived"] > 10


def test_two_senders_at_once_never_send_one_mail_twice(post: Post) -> None:
    who, edition = readers(40), "weekly_brief/2025-W39"
    processes = [post.start(order, edition) for order in (who, who[::-1])]
    states = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert all(states), "both have sent some"
    post.run(who, edition, 1)
    post.check(who, edition)


@pytest.mark.timeout(3600)
@pytest.mark.deliveries
def test_twenty_kills(post: Post, watched: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ends = Counter[str]()
    for number in range(20):
        ends += killed(post, watched, number)
    with capsys.disabled():
        print(f"\n20 kills among 24 readers each, seed {SEED}: {dict(sorted(ends.items()))}")


@pytest.mark.timeout(3600)
@pytest.mark.deliveries
def test_five_hundred_readers_and_two_senders(
    post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    who, edition = readers(500), "weekly_brief/2025-W39"
    begun = datetime.now(UTC)
    processes = [post.start(order, edition) for order in (who, who[250:] + who[:250])]
    states = [json.loads(process.communicate(timeout=590)[0]) for process in processes]
    for hours in (1, 2, 4):
        post.run(who, edition, hours)
    ends, took = post.check(who, edition), (datetime.now(UTC) - begun).total_seconds()
    with capsys.disabled():
        print(
            f"\n500 readers, two senders ({len(states[0])} and {len(states[1])} tried first) in"
            f" {took:.0f} s: {dict(sorted(ends.items()))}"
        )
