"""Errors that a person can act on, in one place; their class decides what happens next.

A scheduled step that fails with a `is_final` error is not retried: the same step would fail again,
burn quota and repeat the alert. The `kind` says what a person calls the cause; alerts begin with
it.
"""

from typing import ClassVar, Literal

Kind = Literal[
    "store_away",
    "store_refused",
    "disk_full",
    "source_away",
    "source_refused",
    "credential_refused",
    "quota_spent",
    "load_refused",
    "loads_damaged",
    "dbt_error",
    "marts_refused",
    "brief_withheld",
    "mail_refused",
    "sends_unsettled",
    "readers_left",
    "no_address",
    "task_killed",
    "run_stopped",
    "airflow_away",
    "database_away",
    "scheduler_silent",
    "no_snapshot",
    "failed",
    "unknown_error",
]
"""What can be wrong. `failed` is any other error class of ours, `unknown_error` any foreign one."""


class Failure(Exception):
    """Its message says what happened, to what, and what to do; no traceback is needed."""

    is_final: ClassVar[bool] = False
    kind: ClassVar[Kind] = "failed"


class SourceError(Failure):
    """A source did not give what was asked. The message names dataset, window and remedy."""

    kind: ClassVar[Kind] = "source_refused"


class PermanentError(SourceError):
    """Asking again will not help: authentication, a bad request, an answer of another shape."""

    is_final = True


class CredentialRefused(PermanentError):
    """A source does not accept our token."""

    kind = "credential_refused"


class SchemaError(PermanentError):
    """An answer does not have the agreed shape; names the part and the field."""


class QuotaError(SourceError):
    """The day's quota is used up; it starts again at 00:00 UTC."""

    is_final = True
    kind = "quota_spent"


class TransientError(SourceError):
    """Asking again may help. `retry_after` is how long the source wants us to wait, in seconds."""

    kind = "source_away"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class LoadRefused(Failure):
    """The gate refused the load; it is in quarantine with its reasons."""

    is_final = True
    kind = "load_refused"

    def __init__(self, message: str, load_id: str) -> None:
        super().__init__(message)
        self.load_id = load_id


class BuildFailed(Failure):
    """The marts could not be built; the published snapshot stays. The message has the errors."""


class DbtFailed(BuildFailed):
    """dbt itself found errors in the models or in a test on them; the message begins with them."""

    kind: ClassVar[Kind] = "dbt_error"


class DbtKilled(DbtFailed):
    """dbt's process was killed, perhaps for want of memory; no model is at fault."""

    kind = "task_killed"


class LoadsDamaged(Failure):
    """Objects in raw/ are not what was accepted; the message names each load and object.

    `headline` names the first load, and says how many more there are.
    """

    is_final = True
    kind = "loads_damaged"

    def __init__(self, message: str, headline: str) -> None:
        super().__init__(message)
        self.headline = headline


class MartsRefused(Failure):
    """The mart gate is red: nothing may be published from this build."""

    is_final = True
    kind = "marts_refused"

    def __init__(self, message: str, fingerprint: str) -> None:
        super().__init__(message)
        self.fingerprint = fingerprint


class ReportWithheld(Failure):
    """A report is not made, because a dataset that it requires does not cover its period."""

    is_final = True
    kind = "brief_withheld"

    def __init__(self, period: str, dataset: str, reason: str, remedy: str) -> None:
        super().__init__(f"the report for {period} is withheld: {dataset} {reason}. {remedy}")
        self.period = period
        self.dataset = dataset


class DecisionRefused(Failure):
    """A person's decision cannot be carried out; the message says why, and what to do instead."""

    is_final = True


class BackfillRefused(Failure):
    """A backfill cannot be planned or started; the message says why, and what to do instead."""

    is_final = True


class UnknownLoad(Failure):
    """No ledger knows the load."""

    is_final = True


class DamagedDocument(Failure, ValueError):
    """An object of the lake is not what its key says; the message names it."""

    is_final = True

    def __init__(self, key: str, why: str) -> None:
        super().__init__(
            f"{key} cannot be used: {why}. Put back the object as it was, from the bucket's"
            " earlier versions or a backup"
        )


class NewerDocument(Failure):
    """A document of the lake was written by newer software than this."""

    is_final = True

    def __init__(self, key: str, version: int, known: int) -> None:
        super().__init__(
            f"{key} has form {version}, and this software knows forms up to {known}: a newer"
            " shortdrama has written it. It was left as it is. Upgrade shortdrama on this machine"
        )


class TaskKilled(Failure):
    """A task's process ended without an error of its own: killed, or out of memory."""

    kind = "task_killed"


class RunStopped(Failure):
    """A run took longer than it may and was stopped."""

    kind = "run_stopped"


class AirflowAway(Failure):
    """Airflow's API does not answer, or not with what was asked."""

    kind = "airflow_away"


class AirflowRefused(AirflowAway):
    """Airflow's API answers with an HTTP error; `status` is its number, 404 for what is missing."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
