"""The error of a load that its gate refused."""

from shortdrama.failure import Failure


class LoadRefused(Failure):
    """The gate refused the load; it lies in quarantine with its reasons."""
