"""Readers' addresses from an Airflow connection, where the settings have none."""

import json

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings, Settings

CONNECTION = "shortdrama_mail"


class AddressesRefused(Failure):
    """The connection's extra is not a mapping of ids to addresses."""

    is_final = True


def mail_settings(settings: Settings) -> MailSettings:
    """The mail settings; the extra of the connection adds `addresses`, by recipient id.

    Raises AddressesRefused, whose message repeats nothing of the extra.
    """
    try:
        extra = Connection.get(CONNECTION).extra
    except AirflowNotFoundException:
        return settings.mail
    try:
        found = json.loads(extra or "{}").get("addresses", {})
        addresses = {str(name): str(address) for name, address in found.items()}
    except (ValueError, AttributeError):
        raise AddressesRefused(
            f'the extra of the connection {CONNECTION} must be {{"addresses": {{"ID": "…"}}}}'
        ) from None
    return settings.mail.model_copy(update={"addresses": settings.mail.addresses | addresses})
