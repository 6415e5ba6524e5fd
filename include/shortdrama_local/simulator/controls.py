"""What can be set while the simulator runs: its clock, its quota, its faults."""

from collections import Counter
from datetime import date, timedelta

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shortdrama.core.clock import Clock
from shortdrama_local.simulator.faults import FaultPlan

HISTORY_DAYS = 30


CREDITS = 100_000
"""Credits for the data of others that an account has in 30 days (invented)."""


class Quota:
    """Requests per UTC day of the clock, or credits by the day on which they were spent."""

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

    def spend(self, day: date, number: int) -> None:
        """Count so many for the day."""
        self._used[day] += number

    def set_used(self, day: date, used: int) -> None:
        """Let the day's count be this."""
        self._used[day] = used

    def history(self, today: date) -> dict[date, int]:
        """Today, and the days of the last month that were used, oldest first."""
        since = today - timedelta(days=HISTORY_DAYS)
        days = {today: 0, **self._used}
        return {day: used for day, used in sorted(days.items()) if since < day <= today}


class Controls:
    """The state that the routes share."""

    def __init__(self, clock: Clock, token: str, request_limit: int) -> None:
        self.clock = clock
        self.token = token
        self.quota = Quota(request_limit)
        self.credits = Quota(CREDITS)
        self.faults = FaultPlan()


class ClockSetting(BaseModel):
    """An instant at which the simulator's clock stands still; null lets it run."""

    frozen_at: AwareDatetime | None


class QuotaSetting(BaseModel):
    """Appfigures' requests per UTC day, and how many of today's are used; absent ones stay."""

    model_config = ConfigDict(extra="forbid")

    limit: int | None = Field(default=None, ge=0)
    used: int | None = Field(default=None, ge=0)


def control_routes(controls: Controls) -> APIRouter:
    """Routes under /simulator; no vendor has them, so they ask for no token and cost no quota."""
    router = APIRouter(prefix="/simulator")
    _clock_routes(router, controls)
    _quota_routes(router, controls)
    _fault_routes(router, controls)
    return router


def _clock_routes(router: APIRouter, controls: Controls) -> None:
    @router.get("/clock")
    def read_clock() -> ClockSetting:
        return ClockSetting(frozen_at=controls.clock.frozen_at)

    @router.put("/clock")
    def set_clock(setting: ClockSetting) -> ClockSetting:
        controls.clock = Clock(setting.frozen_at)
        return setting


def _quota_routes(router: APIRouter, controls: Controls) -> None:
    @router.get("/quota")
    def read_quota() -> QuotaSetting:
        quota = controls.quota
        return QuotaSetting(limit=quota.limit, used=quota.used(controls.clock.today()))

    @router.put("/quota")
    def set_quota(setting: QuotaSetting) -> QuotaSetting:
        if setting.limit is not None:
            controls.quota.limit = setting.limit
        if setting.used is not None:
            controls.quota.set_used(controls.clock.today(), setting.used)
        return read_quota()


def _fault_routes(router: APIRouter, controls: Controls) -> None:
    @router.get("/faults")
    def read_faults() -> FaultPlan:
        """The plan; `times` counts down with each call that showed its fault."""
        return controls.faults

    @router.put("/faults")
    def set_faults(plan: FaultPlan) -> FaultPlan:
        controls.faults = plan
        return plan

    @router.delete("/faults", status_code=204)
    def clear_faults() -> None:
        controls.faults = FaultPlan()
