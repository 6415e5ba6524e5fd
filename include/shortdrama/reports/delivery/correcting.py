"""What `shortdrama report correct` does: draft, record, send; it goes on where it was stopped."""

from functools import cached_property

from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import Correction
from shortdrama.reports.delivery import corrections
from shortdrama.reports.delivery.corrections import Draft
from shortdrama.reports.delivery.prepare import Maker
from shortdrama.reports.delivery.press import Press, the_press
from shortdrama.reports.delivery.send import Letter, Postman, SendOutcome
from shortdrama.reports.delivery.subscriptions import Subscriptions, subscriptions_of
from shortdrama.reports.delivery.suppression import suppressed_ids
from shortdrama.reports.delivery.withholding import read_published
from shortdrama.warehouse.snapshots.manifest import NothingPublished


class Correcting:
    """The correction of one edition, on what is published now."""

    def __init__(
        self, settings: Settings, store: ObjectStore, edition_id: str, press: Press | None = None
    ) -> None:
        self._settings, self._store, self._edition_id = settings, store, edition_id
        self._press = press or the_press()
        self._now = settings.clock.now()

    @cached_property
    def _subscriptions(self) -> Subscriptions:
        return subscriptions_of(self._settings)

    @property
    def _suppressed(self) -> frozenset[str]:
        return suppressed_ids(self._store, self._subscriptions.addresses)

    def draft(self) -> Draft:
        """What changed; raises DecisionRefused, NothingPublished, ReportWithheld."""
        published = read_published(self._store)
        if published is None:
            raise NothingPublished("nothing is published, so there is nothing to compare with")
        maker = Maker(self._settings, self._store, self._press, published, self._now)
        snapshot_id = published.manifest.snapshot_id
        return corrections.draft(self._edition_id, snapshot_id, self._store, self._press, maker)

    def record(self, draft: Draft, because: str, by: str) -> Correction:
        """Archive the draft; raises DecisionRefused, also when no address at all is known here."""
        if not self._subscriptions.addresses:
            raise DecisionRefused(
                "no reader's address is known here, so nobody would get the correction. If the"
                " addresses are in the Airflow connection, give them to this command too:"
                " SHORTDRAMA_MAIL__ADDRESSES"
            )
        return corrections.record(draft, because, by, self._store, self._press, self._now)

    def unsent(self) -> list[Letter]:
        """The letters of the newest correction that have not left."""
        return corrections.correction_letters(
            self._edition_id,
            self._store,
            self._subscriptions.addresses,
            self._suppressed,
            self._now,
        )

    def send(self) -> list[SendOutcome]:
        """Send them; raises ServerAway."""
        postman = Postman(
            self._store, self._settings.mail, self._subscriptions.addresses, self._settings.clock
        )
        return [one for one in postman.send(self.unsent()) if one.is_ours]

    def unreachable(self) -> list[str]:
        """Those who had the edition and can be sent nothing."""
        return corrections.unreachable(
            self._edition_id, self._store, self._subscriptions.addresses, self._suppressed
        )
