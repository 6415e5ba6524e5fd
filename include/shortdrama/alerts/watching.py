"""One look of the watch: it mails what it sees; what it no longer sees is over."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from shortdrama.alerts.incidents import Incident
from shortdrama.alerts.news import seen
from shortdrama.alerts.send import Alerts
from shortdrama.core.errors import TaskKilled
from shortdrama.core.settings import Settings, home
from shortdrama.health.causes import Run
from shortdrama.health.watch import Look, due, judged, look, troubles


def watch_once(settings: Settings, say: Callable[[str], None]) -> int:
    """Look, mail, and send what waits for the mail server; returns the number of problems."""
    alerts, now_seen = Alerts(settings, say), look(settings)
    alerts.flush()
    found = troubles(now_seen, settings.watch)
    to_tell, since = due(found, _suspected(), now_seen.now)
    for trouble in to_tell:
        cause, began = trouble.cause, since[trouble.cause.key]
        alerts.begin(seen(cause, trouble.headline, trouble.detail, now_seen.now, began))
    _tell_of_silent_tasks(now_seen, alerts)
    kinds, present = judged(now_seen), {trouble.cause.key for trouble in found}

    def is_over(incident: Incident) -> bool:
        ours = incident.is_of_the_store or (incident.healed_by is None and incident.cause in kinds)
        return ours and incident.cause not in present

    alerts.end(is_over)
    _remember(since)
    for trouble in found:
        say(f"{trouble.headline}. {trouble.detail}")
    return len(found)


def _tell_of_silent_tasks(now_seen: Look, alerts: Alerts) -> None:
    for task in now_seen.silent_tasks:
        label = task.task_id.rsplit(".")[-1]
        killed = TaskKilled(
            f"{task.dag_id}, {task.task_id}: the task's process ended without an error"
        )
        alerts.failed(killed, Run(task.dag_id, label), since=task.ended_at)


def memory() -> Path:
    """The file that each look writes; its age says whether the watch itself is well."""
    return home() / "alerts" / "suspected.json"


def _suspected() -> dict[str, datetime]:
    """Since when each problem is seen, as of the last look."""
    try:
        found = json.loads(memory().read_text())
        return {cause: datetime.fromisoformat(since) for cause, since in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _remember(since: dict[str, datetime]) -> None:
    with suppress(OSError):
        memory().write_text(json.dumps({cause: at.isoformat() for cause, at in since.items()}))
