"""Mails the engineers once per cause, and once when it is over."""

import socket
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from shortdrama.alerts.incidents import Incident, Incidents, LakeBook, LocalBook, Work
from shortdrama.alerts.message import build_message
from shortdrama.alerts.news import News, failure, load_refused, marts_refused, recovered
from shortdrama.alerts.outbox import Alert, Outbox
from shortdrama.core.clock import Clock
from shortdrama.core.errors import LoadRefused, MartsRefused
from shortdrama.core.settings import Settings, home
from shortdrama.health.causes import Run, cause_of, telling
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import DeliveryFailed, DeliveryUnknown, deliver

CLOCK = Clock()
"""Alerts are about machines: they use the machine's own time, even under a frozen clock."""


class Alerts:
    """What was mailed to the engineers, and how to reach them.

    `say` gets a line with the result of each call. A server that fails is never the caller's error.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None] = print) -> None:
        self._settings, self._say = settings, say
        # Made only when needed: without keys to the lake even that fails.
        self._store = cache(lambda: ObjectStore.of(settings.s3, quick=True))
        folder = home() / "alerts"
        self._incidents = Incidents(LocalBook(folder), LakeBook(self._store), say)
        self._outbox = Outbox(folder / "outbox")

    def failed(self, error: BaseException, run: Run, since: datetime | None = None) -> bool:
        """Mail about a task that failed after its last try, at `since` or now; whether it left."""
        return self.begin(self._news(error, run, since or CLOCK.now()))

    def begin(self, news: News) -> bool:
        """Mail an alert unless its cause was mailed before; whether a mail has left.

        Raises ValueError for a sender without a mail domain, before anything is claimed.
        """
        if not self._settings.mail.engineers:
            self._say("no alert: SHORTDRAMA_MAIL__ENGINEERS names nobody")
            return False
        build_message(news.alert, self._settings.mail, CLOCK.now())
        # Written to a file first, so that a killed process loses no alert.
        path = self._outbox.keep(news.alert)
        if not self._incidents.begin(news.incident):
            self._outbox.drop(path)
            self._say(f"no alert: {news.alert.cause} was mailed before")
            return False
        sent = self._send(news.alert, path)
        if sent is None and path is None:
            self._incidents.take_back(news.incident)
        return bool(sent)

    def succeeded(self, work: Work, started_at: datetime) -> None:
        """Mail what a success has ended. A success that began before the failure does not count."""

        def is_over(incident: Incident) -> bool:
            if incident.is_of_the_store:
                return True
            known, healed_by = incident.opened_at, incident.healed_by
            return healed_by is not None and healed_by.covers(work) and started_at >= known

        self.end(is_over)

    def end(self, is_over: Callable[[Incident], bool]) -> None:
        """Send one mail about all incidents that are over, if there are any."""
        if not self._settings.mail.engineers:
            return
        now = CLOCK.now()
        if ended := self._incidents.end(is_over, now):
            alert = recovered(ended, now)
            self._send(alert, self._outbox.keep(alert))

    def flush(self) -> None:
        """Send the mails that wait, until one cannot be sent."""
        for path, alert in self._outbox.take():
            if self._send(alert, path) is None:
                return

    def _send(self, alert: Alert, path: Path | None) -> bool | None:
        """Whether the mail has left: False if that is not known, None if it certainly has not.

        `path` is its file; it waits there if it has not left.
        """
        mail = self._settings.mail
        sent = None
        try:
            deliver(build_message(alert, mail, CLOCK.now()), mail)
        except DeliveryFailed as error:
            self._say(f"the alert has not left: {error}")
        except DeliveryUnknown as error:
            self._say(f"the alert may not have left: {error}")
            sent = False
        else:
            self._say(f"mailed to {len(mail.engineers)} engineer(s): {alert.subject}")
            sent = True
        if sent is None and path is not None:
            self._outbox.wait(path)
            self._say("it waits; `shortdrama watch` sends it when the mail server accepts it")
        else:
            self._outbox.drop(path)
        return sent

    def _news(self, error: BaseException, run: Run, since: datetime) -> News:
        settings, now = self._settings, CLOCK.now()
        cause, told = cause_of(error, run, socket.gethostname()), telling(error)
        try:
            if cause.kind == "load_refused" and isinstance(told, LoadRefused):
                return load_refused(told, run, settings, self._store(), now)
            if cause.kind == "marts_refused" and isinstance(told, MartsRefused):
                return marts_refused(told, run, settings, self._store(), now)
        except Exception as unread:
            # The reasons are in the error's message too.
            self._say(f"no details from the lake: {type(unread).__name__}")
        return failure(cause, run, error, settings, now, since)
