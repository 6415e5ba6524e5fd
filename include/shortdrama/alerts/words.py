"""What each cause is called, what a person can do about it, and what happens by itself."""

from dataclasses import dataclass

from shortdrama.core.errors import Kind
from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import Inbox
from shortdrama.health.causes import Run


@dataclass(frozen=True)
class Words:
    """`title` begins the subject. `remedies` are the first things to do."""

    title: str
    remedies: tuple[str, ...]


DOCTOR = "`shortdrama doctor` tries it."

WORDS: dict[Kind, Words] = {
    "store_away": Words(
        "S3 away",
        (f"Start the store, or correct SHORTDRAMA_S3__ENDPOINT_URL and its bucket. {DOCTOR}",),
    ),
    "store_refused": Words(
        "Credential refused",
        (
            "The lake does not take our key: correct SHORTDRAMA_S3__ACCESS_KEY_ID and"
            f" SHORTDRAMA_S3__SECRET_ACCESS_KEY, or the key's rights. {DOCTOR}",
        ),
    ),
    "disk_full": Words(
        "Disk full",
        (
            "Make room where the message says. On our own machines `logs/` in the home may be"
            " emptied, and `warehouse/` too: the next build makes it again.",
        ),
    ),
    "source_away": Words("Source away", ("See whether the source is up, and its base URL right.",)),
    "source_refused": Words("Source refuses", ("The message says what it does not accept.",)),
    "credential_refused": Words(
        "Credential refused", (f"Set a token that is valid, as the message says. {DOCTOR}",)
    ),
    "quota_spent": Words(
        "Quota spent",
        ("Nothing is broken. It starts again at 00:00 UTC; `shortdrama status` shows its use.",),
    ),
    "load_refused": Words("Load refused", ("`shortdrama gate list` names it.",)),
    "dbt_error": Words(
        "dbt error", ("Readers keep the last snapshot. Correct the model that is named.",)
    ),
    "marts_refused": Words("Marts refused", ("`shortdrama gate list` names the build.",)),
    "brief_withheld": Words("Brief withheld", ("Load what the message says is missing.",)),
    "mail_refused": Words(
        "Mail not taken",
        (f"Start the mail server, or correct SHORTDRAMA_MAIL__*. {DOCTOR}",),
    ),
    "task_killed": Words(
        "Task killed",
        (
            "Its process ended without an error: out of memory, `kill -9`, a machine that went"
            " down, or marked as failed by hand. Look at the end of its log, and at the memory.",
        ),
    ),
    "run_stopped": Words(
        "Run stopped", ("It took longer than it may. Its log says what it was waiting for.",)
    ),
    "airflow_away": Words(
        "Airflow away", ("Start Airflow's API server; without it no task runs.",)
    ),
    "database_away": Words(
        "Airflow's database away",
        ("Start PostgreSQL, or see why it does not answer; without it no task runs.",),
    ),
    "scheduler_silent": Words(
        "Scheduler silent",
        ("Start it again; until then nothing runs, and nothing is red.",),
    ),
    "no_snapshot": Words(
        "No new snapshot",
        (
            "Look which task of `market_marts` or of an ingest DAG is red, and whether a DAG is"
            " paused. `shortdrama status` says how old each dataset is.",
        ),
    ),
    "failed": Words("Failed", ("The message says what to do.",)),
    "unknown_error": Words(
        "Unknown error", ("We have no words for this one: the log has its traceback.",)
    ),
}

COMES_AGAIN = {
    "market_marts": "The next run, at :30 or when a load is accepted, builds by itself.",
    "market_reports": "The next run, at :30, tries again by itself.",
    "housekeeping": "The next run, tonight, does it by itself.",
}
"""Of DAGs that take up by themselves what an earlier run has left."""

CLEAR = "clear the task once the cause is gone; what was landed in the last 24 h is not asked again"


def what_follows(run: Run, *, by_time: bool) -> str:
    """Whether somebody has to see to the failed run; `by_time`: DAGs run by the calendar."""
    dataset = DATASETS.get(run.dataset or "")
    if run.by_hand:
        return f"{_what(run)} was asked by hand and is not done again by itself: {CLEAR}."
    if run.backfilled:
        return f"{_what(run)} belongs to a backfill and is not pulled again by itself: {CLEAR}."
    if not by_time:
        return f"The clock stands still, so nothing runs by time: {CLEAR}."
    if dataset is None:
        return COMES_AGAIN.get(run.dag_id, f"The next run tries again. To have it now: {CLEAR}.")
    if isinstance(dataset.arrives, Inbox):
        return "The file stays in the inbox: the next run, at :30, takes it again by itself."
    if dataset.has_past:
        return f"Tomorrow's run pulls this window again by itself. To have it today: {CLEAR}."
    return (
        "Tomorrow's run asks how things stand then. How they stand today is lost unless the task"
        " is cleared before 00:00 UTC."
    )


def _what(run: Run) -> str:
    return run.about or f"This run of {run.dag_id}"
