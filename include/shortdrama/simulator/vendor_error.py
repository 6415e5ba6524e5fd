"""Appfigures' errors: every one is `{"status", "message", "additional"}` with that HTTP status."""

from fastapi.responses import JSONResponse


class VendorError(Exception):
    """A request that Appfigures refuses."""

    def __init__(self, status: int, message: str, additional: str = "", **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": status, "message": message, "additional": additional, **more}

    def response(self) -> JSONResponse:
        """The answer that shows it."""
        return JSONResponse(self.body, status_code=self.status)


def bad_request(message: str, additional: str = "") -> VendorError:
    """A parameter that cannot be understood, or does not fit another."""
    return VendorError(400, message, additional)
