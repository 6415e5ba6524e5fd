"""Sends an alert once per cause: who claims the cause sends, everybody else is silent."""

import uuid
from collections.abc import Callable

from shortdrama.alerts.message import Alert, build_message
from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import DeliveryFailed, DeliveryUnknown, deliver


def send_alert(
    alert: Alert, settings: Settings, store: ObjectStore, say: Callable[[str], None] = print
) -> bool:
    """Mail the engineers unless the cause was mailed before; whether a mail has left.

    A mail that certainly did not leave gives its claim back, so that the next failure of the same
    cause tries again. `say` is told what came of it; a server that fails is no error of the caller.
    """
    if not settings.mail.engineers:
        say("no alert: SHORTDRAMA_MAIL__ENGINEERS names nobody")
        return False
    # Made first, so that no claim is left behind by that.
    message = build_message(alert, settings.mail, settings.clock.now())
    if not _claim(alert, settings, store):
        say(f"no alert: {alert.cause} was mailed before")
        return False
    try:
        deliver(message, settings.mail)
    except DeliveryFailed as error:
        store.delete(keys.alert(alert.cause))
        say(f"the alert has not left: {error}")
        return False
    except DeliveryUnknown as error:
        say(f"the alert may not have left: {error}")
        return False
    say(f"alert mailed to {message['To']}")
    return True


def _claim(alert: Alert, settings: Settings, store: ObjectStore) -> bool:
    """Put the claim if there is none; also true if our own put was found to have arrived."""
    claim = {
        "claim_id": uuid.uuid4().hex,
        "cause": alert.cause,
        "subject": alert.subject,
        "claimed_at": settings.clock.now().isoformat(),
    }
    standing = store.update_json(keys.alert(alert.cause), lambda found: None if found else claim)
    return bool(standing["claim_id"] == claim["claim_id"])
