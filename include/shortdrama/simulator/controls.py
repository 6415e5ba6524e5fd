"""What can be set while the simulator runs: its clock, its quota's count, its faults."""

from collections import Counter
from datetime import date, timedelta
from enum import StrEnum

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from shortdrama.clock import Clock

HISTORY_DAYS = 30


class Fault(StrEnum):
    """Ways in which an answer can be made bad."""

    NEGATIVE_DOWNLOADS = "negative_downloads"


class Quota:
    """Requests per UTC day of the clock."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._used: Counter[date] = Counter()

    def take(self, day: date) -> bool:
        """Count one request of the day; False if none was left."""
        if self._used[day] >= self.limit:
            return False
        self._used[day] += 1
        return True

    def used(self, day: date) -> int:
        """Requests counted for the day."""
        return self._used[day]

    def history(self, today: date) -> dict[date, int]:
        """The days of the last month that were used, oldest first."""
        since = today - timedelta(days=HISTORY_DAYS)
        return {day: used for day, used in sorted(self._used.items()) if since < day <= today}


class Controls:
    """The state that the routes share. `faults` maps a route's path to the fault it shows."""

    def __init__(self, clock: Clock, token: str, request_limit: int) -> None:
        self.clock = clock
        self.token = token
        self.quota = Quota(request_limit)
        self.faults: dict[str, Fault] = {}


class ClockSetting(BaseModel):
    """An instant at which the simulator's clock stands still; null lets it run."""

    frozen_at: AwareDatetime | None


def control_routes(controls: Controls) -> APIRouter:
    """Routes under /simulator; no vendor has them, so they ask for no token and cost no quota."""
    router = APIRouter(prefix="/simulator")

    @router.get("/clock")
    def read_clock() -> ClockSetting:
        return ClockSetting(frozen_at=controls.clock.frozen_at)

    @router.put("/clock")
    def set_clock(setting: ClockSetting) -> ClockSetting:
        controls.clock = Clock(setting.frozen_at)
        return setting

    @router.get("/faults")
    def read_faults() -> dict[str, Fault]:
        return controls.faults

    @router.put("/faults")
    def set_faults(faults: dict[str, Fault]) -> dict[str, Fault]:
        controls.faults = faults
        return faults

    @router.delete("/faults", status_code=204)
    def clear_faults() -> None:
        controls.faults = {}

    return router
