"""A sender as a process of its own: `python tests/sending_process.py plan.json`."""

import json
import sys
from datetime import datetime
from pathlib import Path

from shortdrama.core.clock import Clock
from shortdrama.core.settings import MailSettings, S3Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import ServerAway
from shortdrama.reports.delivery.send import Letter, Postman
from shortdrama.reports.delivery.subscriptions import Addresses
from small_report import SmallContent, drawn, written


def main(plan: Path) -> None:
    """Send one edition to all readers of the plan."""
    wanted = json.loads(plan.read_text())
    addresses = Addresses({one: f"{one}@example.org" for one in wanted["readers"]})
    rendered = drawn(written(SmallContent(period="2025-W39", revenue={}), "en"))
    letters = [
        Letter(wanted["edition"], "edition", one, "en", rendered, facts={"X-Who": one})
        for one in wanted["readers"]
    ]
    postman = Postman(
        ObjectStore.of(S3Settings.model_validate(wanted["s3"])),
        MailSettings.model_validate(wanted["mail"]),
        addresses,
        Clock(datetime.fromisoformat(wanted["now"])),
    )
    try:
        outcomes = postman.send(letters)
    except ServerAway as error:
        print(error)
        return
    print(json.dumps({one.letter.recipient: one.state for one in outcomes if one.is_ours}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
