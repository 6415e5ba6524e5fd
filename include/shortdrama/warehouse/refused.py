"""The error of marts that their gate refused."""

from shortdrama.failure import Failure


class MartsRefused(Failure):
    """The mart gate is red: nothing may be published from this build."""

    def __init__(self, message: str, fingerprint: str) -> None:
        super().__init__(message)
        self.fingerprint = fingerprint
