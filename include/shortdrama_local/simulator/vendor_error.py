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


def not_authenticated() -> VendorError:
    """No access token, or none that can be read."""
    return VendorError(401, "Could not authenticate: no valid access token was sent")


def bad_token() -> VendorError:
    """An access token that is not, or no longer, known; Appfigures says this as 403."""
    return VendorError(403, "AccessToken invalid", "make a new personal access token")


def api_disabled() -> VendorError:
    """The account's access to the API is switched off."""
    return VendorError(403, "API Access is disabled")


def chill_out(used: int, limit: int) -> VendorError:
    """The day's quota is spent."""
    return VendorError(
        420,
        "Chill Out!",
        f"used {used} of {limit} daily requests",
        see_also="https://appfigures.com/support/faq#/question/420",
    )
