"""A lake in memory with what is published, and small reports that are made from it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from memory_store import MemoryStore
from shortdrama.core.settings import Settings
from shortdrama.reports.delivery.due import due, open_slots
from shortdrama.reports.delivery.letters import Desk
from shortdrama.reports.delivery.prepare import prepare_due
from shortdrama.reports.delivery.press import Press
from shortdrama.reports.delivery.subscriptions import Addresses, Subscription, Subscriptions
from shortdrama.reports.delivery.withholding import Published
from shortdrama.warehouse.build.inputs import DatasetState
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest
from shortdrama.warehouse.snapshots.pointer import Hold
from small_report import SmallContent, drawn, small_report

NOW = datetime(2025, 10, 2, 8, 10, tzinfo=UTC)
W39, PULSE = "weekly_brief/2025-W39", "minis_pulse/2025-10-01"
ESTIMATES = "appfigures.estimates"
HOLD = Hold(by="ada", at=NOW, because="cents instead of dollars")


def published(
    snapshot_id: str = "s1", as_of: str | None = "2025-09-30", **fields: Any
) -> Published:
    state = DatasetState(
        as_of=as_of, said_at=NOW, accepted_at=NOW, load_ids=("l",),
        refused_since=fields.pop("refused_since", ()),
    )  # fmt: skip
    manifest = SnapshotManifest(
        snapshot_id=snapshot_id, created_at=NOW, is_sample=True, fingerprint="f", code="c",
        code_version="v", universe_version="u", datasets={ESTIMATES: state}, marts={},
        mart_keys={}, gate=None, warnings=(), overrides=(), previous=None,
    )  # fmt: skip
    return Published(manifest, **fields)


def subscriptions(*more: Subscription) -> Subscriptions:
    entries = [
        Subscription.model_validate(
            {"report": "weekly_brief", "locale": locale, "time_zone": zone, "recipients": [who],
             "since": date(2025, 10, 1)}
        )
        for locale, zone, who in (("en", "UTC", "ann"), ("zh", "Europe/Paris", "li"))
    ]  # fmt: skip
    addresses = {"ann": "ann@example.org", "li": "li@example.org", "bo": "bo@example.org"}
    return Subscriptions((*entries, *more), Addresses(addresses))


def pulse(threshold: int) -> Subscription:
    return Subscription.model_validate(
        {"report": "minis_pulse", "locale": "en", "time_zone": "UTC", "recipients": ["bo"],
         "since": date(2025, 10, 1), "thresholds": {"hashtag_views": threshold}}
    )  # fmt: skip


class Lake:
    """A lake in memory; `usd` is what the marts say, `lake` what is published."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.published: Published | None = published()
        self.usd = "10"
        self.composed = 0
        reports = (
            small_report("weekly_brief", self.compose),
            small_report("minis_pulse", self.compose),
        )
        self.press = Press({report.id: report for report in reports}, drawn)

    def compose(self, _connection: Any, _facts: Any, period: Any, _now: Any) -> SmallContent:
        self.composed += 1
        return SmallContent(
            period=period.label,
            revenue={"A": Decimal(self.usd)},
            moved_pct={"hashtag_views": Decimal(30)},
        )

    def states(self, now: datetime = NOW, who: Subscriptions | None = None) -> dict[str, Any]:
        slots = open_slots(now, who or subscriptions(), self.press.reports, {})
        return prepare_due(slots, Settings(), self.store, self.press, now)  # type: ignore[arg-type]

    def letters(self, now: datetime = NOW, who: Subscriptions | None = None) -> list[Any]:
        who = who or subscriptions()
        decisions = due(now, who, self.press.reports, {}, self.states(now, who))
        desk = Desk(self.store, self.press)
        return desk.letters(decisions)
