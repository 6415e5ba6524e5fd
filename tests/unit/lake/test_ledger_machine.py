"""The ledger does what a plain list does, whoever is killed or comes in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memory_store import Interruption, Killed, MemoryStore
from shortdrama.core.errors import DecisionRefused
from shortdrama.core.windows import Window
from shortdrama.lake import keys, pages
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.overrides import Override
from shortdrama.lake.pages import Head
from shortdrama.lake.store import dump_json

DATASET = "appfigures.estimates"
HEAD = keys.load_ledger(DATASET)
SMALL_PAGE = 3
AT = datetime(2026, 2, 25, 8, tzinfo=UTC)
IDS = [
    *(f"202602{day:02}T080000Z-pull" for day in range(10, 24)),
    *(f"202602{day:02}T080000Z-pull-r2" for day in range(10, 14)),
    *(f"20250{month}01T000000Z-{pull}" for month in range(1, 6) for pull in "ab"),
    "odd",
    "",
]
"""Several said at one instant, replays of loads of long ago, and what is no instant at all."""

load_ids = st.lists(st.sampled_from(IDS), min_size=1, max_size=8)
verdicts = st.sampled_from(["accepted", "quarantined"])
people = st.sampled_from(["ada", "bo"])
decisions = st.sampled_from(["accepted", "revoked", "staged"])
backfills = st.sampled_from(["one", "two"])
ends = st.sampled_from(["accepted", "discarded"])


def record(
    load_id: str, status: str, by: str | None = None, backfill: str | None = None
) -> LoadRecord:
    override = by and Override(kind="load_accepted", subject=load_id, by=by, at=AT, because=status)
    return LoadRecord(
        load_id=load_id, pull_id="p", dataset=DATASET, status=status, key=f"raw/{load_id}",
        sha256="0", rows=1, coverage=Coverage(window=Window(start=date(2026, 2, 1), end=AT.date())),
        said_at=AT, decided_at=AT, is_sample=True, override=override or None,
        backfill=backfill,
    )  # fmt: skip


@dataclass
class PlainList:
    """The ledger as it was until it had pages."""

    records: list[LoadRecord] = field(default_factory=list)

    def append_all(self, records: Sequence[LoadRecord]) -> list[LoadRecord]:
        for one in records:
            if self.newest(one.load_id) is None:
                self._add(one)
        return [self.newest(one.load_id) for one in records]

    def decide_all(self, records: Sequence[LoadRecord]) -> list[LoadRecord]:
        before = list(self.records)
        for one in records:
            standing = self.newest(one.load_id)
            if standing and one.override and one.override.repeats(standing.override):
                continue
            step = (standing.status if standing else None, one.status)
            if step not in (
                ("quarantined", "accepted"),
                ("quarantined", "staged"),
                ("accepted", "revoked"),
            ):
                self.records = before
                raise DecisionRefused("not a step")
            self._add(one)
        return [self.newest(one.load_id) for one in records]

    def settle(self, backfill: str, status: str, at: datetime) -> list[LoadRecord]:
        ids = dict.fromkeys(one.load_id for one in self.records)
        own = [one for name in ids if (one := self.newest(name)).backfill == backfill]
        against = {"accepted": {"discarded"}, "discarded": {"accepted", "revoked"}}[status]
        if any(one.status in against for one in own):
            raise DecisionRefused("it has ended")
        ending = {"staged"} if status == "accepted" else {"staged", "quarantined"}
        for one in own:
            if one.status in ending:
                why = (f"it was discarded with backfill {backfill}",)
                reasons = one.reasons if status == "accepted" else why
                new = {"status": status, "decided_at": at, "reasons": reasons}
                self._add(one.model_copy(update=new))
        return [new for one in own if (new := self.newest(one.load_id)).status == status]

    def newest(self, load_id: str) -> Any:
        return next((one for one in reversed(self.records) if one.load_id == load_id), None)

    def accepted(self) -> list[LoadRecord]:
        newest = {one.load_id: self.newest(one.load_id) for one in self.records}
        return sorted(
            (one for one in newest.values() if one.status == "accepted"), key=lambda one: one.seq
        )

    def copy(self) -> "PlainList":
        return PlainList(list(self.records))

    def _add(self, one: LoadRecord) -> None:
        self.records.append(one.model_copy(update={"seq": len(self.records) + 1}))


Commit = Callable[[LoadLedger | PlainList], list[LoadRecord]]


def appended(load_ids: list[str], status: str) -> Commit:
    return lambda ledger: ledger.append_all([record(one, status) for one in load_ids])


def decided(load_ids: list[str], status: str, by: str | None) -> Commit:
    return lambda ledger: ledger.decide_all([record(one, status, by) for one in load_ids])


def backfilled(load_ids: list[str], status: str, backfill: str) -> Commit:
    return lambda ledger: ledger.append_all(
        [record(one, status, backfill=backfill) for one in load_ids]
    )


def ended(backfill: str, status: str) -> Commit:
    return lambda ledger: ledger.settle(backfill, status, AT)


commits = st.one_of(
    st.builds(appended, load_ids, verdicts),
    st.builds(decided, load_ids, decisions, people),
    st.builds(backfilled, load_ids, st.sampled_from(["staged", "quarantined"]), backfills),
    st.builds(ended, backfills, ends),
)
nobodys = st.builds(decided, load_ids, decisions, st.none())
"""Decisions without a name: made twice they are refused, for nobody knows whose they were."""
accesses = st.integers(0, 8)


def outcome(commit: Commit, ledger: LoadLedger | PlainList) -> list[LoadRecord] | str:
    try:
        return commit(ledger)
    except DecisionRefused:
        return "refused"


class LedgerMachine(RuleBasedStateMachine):
    """Every commit goes to both; what stands, and what each reader sees, must be equal."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.model = PlainList()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(pages, "PAGE_RECORDS", SMALL_PAGE)

    def teardown(self) -> None:
        self.patch.undo()

    @property
    def ledger(self) -> LoadLedger:
        """A process of its own each time: it has read no page yet."""
        pages._page.cache_clear()
        return LoadLedger(self.store, DATASET)

    @initialize(load_ids=st.lists(st.sampled_from(IDS), max_size=12))
    def a_list_from_before_there_were_pages(self, load_ids: list[str]) -> None:
        if load_ids:
            self.model.append_all([record(one, "quarantined") for one in load_ids])
            entries = [one.model_dump(mode="json") for one in self.model.records]
            self.store.objects[HEAD] = dump_json(entries)

    @rule(commit=commits | nobodys)
    def commits_undisturbed(self, commit: Commit) -> None:
        assert outcome(commit, self.ledger) == outcome(commit, self.model)

    @rule(commit=commits)
    def commits_twice(self, commit: Commit) -> None:
        first = outcome(commit, self.ledger)
        assert first == outcome(commit, self.model)
        assert outcome(commit, self.ledger) == outcome(commit, self.model)

    @rule(
        commit=commits,
        access=accesses,
        how=st.sampled_from(["killed before", "killed after", "answer lost"]),
    )
    def is_interrupted(self, commit: Commit, access: int, how: Any) -> None:
        self.store.interruption = Interruption(access, how)
        try:
            stands = outcome(commit, self.ledger)
        except Killed as killed:
            if killed.arrived and killed.key == HEAD:
                commit(self.model)
            return
        finally:
            self.store.interruption = None
        assert stands == outcome(commit, self.model)

    @rule(commit=commits, other=commits, access=accesses)
    def meets_another_writer(self, commit: Commit, other: Commit, access: int) -> None:
        self._commits_while(commit, access, lambda: self.commits_undisturbed(other))

    @rule(commit=commits, other=commits, access=accesses, later=accesses)
    def meets_another_writer_who_is_killed(
        self, commit: Commit, other: Commit, access: int, later: int
    ) -> None:
        self._commits_while(
            commit, access, lambda: self.is_interrupted(other, later, "killed after")
        )

    def _commits_while(self, commit: Commit, access: int, happens: Callable[[], None]) -> None:
        """The commit comes after what happens; one that changes nothing perhaps before."""
        as_before = self.model.copy()
        unchanged = as_before.copy()
        said_before = outcome(commit, as_before)
        self.store.interruption = Interruption(access, happens)
        stands = outcome(commit, self.ledger)
        self.store.interruption = None
        as_after = self.model.copy()
        said_after = outcome(commit, as_after)
        if self.ledger.records() == as_after.records and stands == said_after:
            self.model = as_after
        else:
            assert as_before == unchanged
            assert stands == said_before

    @invariant()
    def reads_the_same(self) -> None:
        assert self.ledger.records() == self.model.records
        assert self.ledger.accepted() == self.model.accepted()

    @rule(load_id=st.sampled_from(IDS))
    def finds_the_same(self, load_id: str) -> None:
        assert self.ledger.find(load_id) == self.model.newest(load_id)
        assert self.ledger.history(load_id) == [
            one for one in self.model.records if one.load_id == load_id
        ]

    @invariant()
    def the_head_stays_small_and_names_full_pages_that_are_there(self) -> None:
        if HEAD not in self.store.objects:
            return
        body = self.store.objects[HEAD]
        head = Head.read(body, HEAD)
        assert len(head.records) <= SMALL_PAGE or body.startswith(b"[")
        for page in head.sealed:
            assert page.count == SMALL_PAGE
            assert keys.ledger_page(DATASET, page.sha256) in self.store.objects


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
