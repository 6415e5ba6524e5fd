"""Editions that nobody is owed: a file for oneself, and a test mail. No ledger knows of them."""

from contextlib import closing
from datetime import datetime

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import Settings
from shortdrama.lake.sends import RECIPIENT_ID
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import deliver
from shortdrama.reports.archive import parts
from shortdrama.reports.archive.editions import corrections_of, part_in_force
from shortdrama.reports.delivery.calendar import due_periods
from shortdrama.reports.delivery.corrections import known_edition
from shortdrama.reports.delivery.letters import facts
from shortdrama.reports.delivery.press import Press, with_banner
from shortdrama.reports.delivery.send import Letter, Postman
from shortdrama.reports.delivery.subscriptions import subscriptions_of
from shortdrama.reports.delivery.wording import words
from shortdrama.reports.rendered import Rendered
from shortdrama.reports.reports import Period, Report
from shortdrama.reports.words.formats import LocaleName
from shortdrama.warehouse.snapshots.manifest import wanted_manifest
from shortdrama.warehouse.snapshots.read import connect


def preview_of(
    press: Press,
    settings: Settings,
    store: ObjectStore,
    report: str,
    period: str | None,
    snapshot: str | None,
    locale: LocaleName,
) -> Rendered:
    """An edition as it would be made from a snapshot (None: the current one).

    Without a period it is the newest that is due anywhere. Raises DecisionRefused, ReportWithheld,
    NothingPublished.
    """
    known = press.reports.get(report)
    if known is None:
        raise DecisionRefused(
            f"there is no report {report!r}; there are: {', '.join(sorted(press.reports))}"
        )
    now = settings.clock.now()
    asked = _period(known, period, now)
    manifest = wanted_manifest(store, snapshot)
    with closing(connect(settings, manifest.snapshot_id)) as connection:
        content = known.compose(connection, manifest, asked, now)
    return press.render(known.written(content, locale))


def send_as_test(
    settings: Settings, store: ObjectStore, edition_id: str, recipient: str, locale: LocaleName
) -> str:
    """Send an archived edition, marked as a test in banner and subject; returns the subject.

    Raises DecisionRefused, DeliveryFailed, DeliveryUnknown.
    """
    addresses = subscriptions_of(settings).addresses
    if recipient not in addresses or not RECIPIENT_ID.fullmatch(recipient):
        raise DecisionRefused(
            f"{recipient} has no address: add it to SHORTDRAMA_MAIL__ADDRESSES. Those who have"
            f" one: {', '.join(sorted(addresses)) or 'nobody'}"
        )
    edition, corrections = known_edition(edition_id, store), corrections_of(store, edition_id)
    rendered = parts.read(store, edition_id, part_in_force(edition, corrections, locale))
    text = words(locale).text
    marked = with_banner(rendered, text("test.banner"), text("test.subject"))
    now = settings.clock.now()
    # Each test is a mail of its own: mail programs hide a second one with the same id.
    kind = f"test-{datetime.now(now.tzinfo):%Y%m%dT%H%M%S}"
    letter = Letter(edition_id, kind, recipient, locale, marked, facts=facts(edition, corrections))
    postman = Postman(store, settings.mail, addresses, settings.clock)
    deliver(postman.message_to(letter, now), settings.mail)
    return marked.subject


def _period(report: Report, period: str | None, now: datetime) -> Period:
    if period is None:
        return next(due_periods(report, "UTC", now))
    try:
        return report.period_of(period)
    except ValueError as error:
        raise DecisionRefused(f"{report.id}: {error}") from error
