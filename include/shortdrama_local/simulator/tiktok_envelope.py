"""What both of TikTok's APIs wrap their data in: `code`, a message, `request_id`, `data`."""

from hashlib import blake2b
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from shortdrama_local.simulator.controls import Controls

BAD_PARAMETER, NO_SUCH_TAG = 40002, 40401


class Refused(Exception):
    """A request that is answered with a code other than 0, with HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Envelopes:
    """Wraps the answers of one API, its refusals too."""

    def __init__(self, api: FastAPI, controls: Controls, message_key: str) -> None:
        self._controls = controls
        self._message_key = message_key

        @api.exception_handler(Refused)
        def refused(request: Request, error: Refused) -> JSONResponse:
            return self._wrapped(request, error.code, str(error), {})

        @api.exception_handler(RequestValidationError)
        def bad_parameter(request: Request, error: RequestValidationError) -> JSONResponse:
            first = error.errors()[0]
            message = f"{first['loc'][-1]}: {first['msg']}"
            return self._wrapped(request, BAD_PARAMETER, message, {})

    def ok(self, request: Request, data: dict[str, Any]) -> JSONResponse:
        """An answer with data."""
        return self._wrapped(request, 0, "OK", data)

    def _wrapped(
        self, request: Request, code: int, message: str, data: dict[str, Any]
    ) -> JSONResponse:
        now = self._controls.clock.now()
        digest = blake2b(str(request.url).encode(), digest_size=8).hexdigest().upper()
        request_id = f"{now:%Y%m%d%H%M%S}{digest}"
        return JSONResponse(
            {"code": code, self._message_key: message, "request_id": request_id, "data": data}
        )
