"""What can go wrong with a source, classed once.

The class decides what happens next: permanent errors are not retried (somebody must mend
something), a spent quota ends the run at once (tomorrow's trailing window covers it), transient
errors are retried with backoff. Retrying a permanent error only burns quota.
"""

from shortdrama.failure import Failure


class SourceError(Failure):
    """A source did not give what was asked. The message names dataset, window and remedy."""


class PermanentError(SourceError):
    """Asking again will not help: authentication, a bad request, an answer of another shape."""


class QuotaError(SourceError):
    """The day's quota is spent; it starts anew at 00:00 UTC."""


class TransientError(SourceError):
    """Asking again may help. `retry_after` is the source's own wish, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SchemaError(PermanentError):
    """An answer does not have the agreed shape; names the part and the field."""
