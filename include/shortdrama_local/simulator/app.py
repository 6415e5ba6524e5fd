"""The simulator's application: the vendors' APIs, health, and controls.

Every answer carries `X-Shortdrama-Sample: true`: from this header a load knows that it is sample.
"""

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shortdrama.core.clock import Clock
from shortdrama_local.simulator import paths
from shortdrama_local.simulator.appfigures import appfigures_api
from shortdrama_local.simulator.controls import Controls, control_routes
from shortdrama_local.simulator.creative_center import creative_center_api
from shortdrama_local.simulator.fault_effects import FaultyAnswers
from shortdrama_local.simulator.model import MarketModel
from shortdrama_local.simulator.tiktok_business import tiktok_business_api

REQUESTS_PER_DAY = 1000
SAMPLE_HEADER = "X-Shortdrama-Sample"


class SampleMark:
    """Marks every answer as sample."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the header when the answer starts."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[SAMPLE_HEADER] = "true"
            await send(message)

        await self.app(scope, receive, marked)


def create_app(
    model: MarketModel, clock: Clock, token: str, request_limit: int = REQUESTS_PER_DAY
) -> FastAPI:
    """The application. `token` is what all vendors' APIs take; `request_limit` is Appfigures'."""
    controls = Controls(clock, token, request_limit)
    app = FastAPI(title="Short-drama sources (simulated)")
    app.add_middleware(FaultyAnswers, controls=controls)
    app.add_middleware(SampleMark)
    app.include_router(control_routes(controls))
    app.mount(paths.APPFIGURES, appfigures_api(model, controls))
    app.mount(paths.CREATIVE_CENTER, creative_center_api(controls))
    app.mount(paths.TIKTOK_BUSINESS, tiktok_business_api(controls))

    @app.get("/health")
    def health() -> dict[str, str | int]:
        return {
            "status": "ok",
            "now": controls.clock.now().isoformat(),
            "apps": len(model.apps),
            "products": len(model.products),
        }

    return app
