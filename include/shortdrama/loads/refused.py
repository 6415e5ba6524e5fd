"""The error of a load that its gate refused."""

from shortdrama.failure import Failure


class LoadRefused(Failure):
    """The gate refused the load; it lies in quarantine with its reasons."""

    def __init__(self, message: str, load_id: str) -> None:
        super().__init__(message)
        self.load_id = load_id
