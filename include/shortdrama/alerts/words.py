"""What each cause is called, what a person can do about it, and what happens without that."""

from dataclasses import dataclass
from datetime import timedelta

from shortdrama.core.errors import Kind
from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import Inbox
from shortdrama.health.causes import Cause, Run


@dataclass(frozen=True)
class Words:
    """`title` begins the subject, `remedy` is the first thing to do.

    `means` says in plain words what the error's own text does not say. `{where}` is the cause's.
    """

    title: str
    remedy: str
    means: str = ""


DOCTOR = "`shortdrama doctor` tries it."

WORDS: dict[Kind, Words] = {
    "store_away": Words(
        "S3 away",
        f"Start the store, or correct SHORTDRAMA_S3__ENDPOINT_URL and its bucket. {DOCTOR}",
        "The lake's store does not answer. Nothing is pulled, built or published until it does.",
    ),
    "store_refused": Words(
        "Credential refused",
        "Correct SHORTDRAMA_S3__ACCESS_KEY_ID and SHORTDRAMA_S3__SECRET_ACCESS_KEY, or the rights"
        f" of that key. {DOCTOR}",
        "The lake's store refuses our key. Until that is corrected, nothing is pulled, built or"
        " published.",
    ),
    "disk_full": Words(
        "Disk full",
        "Free some space on {where}. In the home you may empty `logs/` and remove `warehouse/`: the"
        " next build makes it again.",
        "There is no space left on {where}.",
    ),
    "source_away": Words("Source away", "Check that the source is up and its base URL is right."),
    "source_refused": Words("Source refuses", "Change what the message says is not accepted."),
    "credential_refused": Words("Credential refused", f"Set a valid token. {DOCTOR}"),
    "quota_spent": Words(
        "Quota spent", "Nothing is broken. `shortdrama status` shows what was used today."
    ),
    "load_refused": Words("Load refused", "`shortdrama gate show` has the details."),
    "loads_damaged": Words(
        "Accepted load damaged",
        "Restore the object as the message says, then trigger `housekeeping`, which checks all"
        " loads. Readers keep the last snapshot until then.",
        "An object in raw/ is not what the gate accepted. Nothing is published from it.",
    ),
    "dbt_error": Words("dbt error", "Correct the model. Readers keep the last snapshot."),
    "marts_refused": Words("Marts refused", "`shortdrama gate list` names the build."),
    "brief_withheld": Words(
        "Report withheld", "Correct what the reason names. It is sent by itself then."
    ),
    "mail_refused": Words(
        "Mail not taken", f"Start the mail server, or correct SHORTDRAMA_MAIL__*. {DOCTOR}"
    ),
    "sends_unsettled": Words(
        "Mail not delivered",
        "Refused: correct the recipient's address. Given up: ask the people who run that mail"
        " server. Unknown: ask the reader whether it came; if not, `shortdrama report release`"
        " lets the next run send it.",
        "These mails are not sent again by themselves.",
    ),
    "readers_left": Words(
        "Reader gets no more mail",
        "Take the reader out of the subscriptions. If it was a mistake, or the address is correct"
        " again: `shortdrama report suppressed --lift ID`.",
    ),
    "no_address": Words(
        "Reader without an address",
        "Add the address to SHORTDRAMA_MAIL__ADDRESSES or to the connection `shortdrama_mail`, or"
        " take the reader out of the subscriptions.",
    ),
    "task_killed": Words(
        "Task killed",
        "Look at the end of its log, and at the machine's memory.",
        "It was out of memory or killed, its machine went down, or somebody marked it as failed.",
    ),
    "run_stopped": Words("Run stopped", "Its log says what it was waiting for."),
    "airflow_away": Words(
        "Airflow away", "Start Airflow's API server; without it no task can run."
    ),
    "database_away": Words(
        "Airflow's database away",
        "Start PostgreSQL, or find out why it does not answer; without it no task can run.",
    ),
    "scheduler_silent": Words(
        "Scheduler silent", "Start it again. Until then nothing runs, although nothing is red."
    ),
    "no_snapshot": Words(
        "No new snapshot",
        "Check which task of `market_marts` or of an ingest DAG is red, and whether a DAG is"
        " paused. `shortdrama status` says how old each dataset is.",
    ),
    "failed": Words("Failed", "The message says what to do."),
    "unknown_error": Words(
        "Unknown error",
        "The log has the traceback. If it happens again, give it a class in core/errors.py.",
        "This error has no class of its own yet.",
    ),
}


@dataclass(frozen=True)
class Follows:
    """What happens next with what failed; `needs_somebody` unless a later run repeats it."""

    text: str
    needs_somebody: bool = False


BY_ITSELF = {
    "market_marts": "The next run, at :30 or when a load is accepted, builds again.",
    "market_reports": "The next run, within a quarter of an hour, tries again.",
    "housekeeping": "The next run, tonight, does it again.",
}
"""For DAGs whose next run does what an earlier run could not finish."""


def what_follows(run: Run, cause: Cause, *, by_time: bool) -> Follows:
    """Whether somebody must act after the failed run; `by_time`: DAGs run by the calendar."""
    dataset = DATASETS.get(run.dataset or "")
    when = "after 00:00 UTC" if cause.kind == "quota_spent" else "when the cause is gone"
    clear = f"clear the task {when}" + (
        "; what was landed in the last 24 h is not asked for again" if dataset else ""
    )
    what = run.about or f"This run of {run.dag_id}"
    if run.by_hand:
        return Follows(f"{what} was started by hand, so no later run repeats it: {clear}.", True)
    if run.backfilled:
        return Follows(f"{what} belongs to a backfill, so no later run repeats it: {clear}.", True)
    if not by_time:
        return Follows(f"The clock is frozen, so no DAG runs on its schedule: {clear}.", True)
    if dataset is None:
        return Follows(BY_ITSELF.get(run.dag_id, "The next run tries again."))
    if isinstance(dataset.arrives, Inbox):
        return Follows("The file stays in the inbox: the next run, at :30, takes it.")
    if dataset.has_past:
        today = "" if cause.kind == "quota_spent" else f" To have it today, {clear}."
        return Follows(f"Tomorrow's run pulls this window again.{today}")
    return Follows(
        "Tomorrow's run pulls the state of tomorrow. The state of today is lost unless you clear"
        " the task before 00:00 UTC.",
        True,
    )


def span(length: timedelta) -> str:
    """A length of time, for people."""
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 60 // 24} days"
