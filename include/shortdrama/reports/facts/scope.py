"""Whose figures the market is measured by."""

from typing import Literal

VENDOR = "Appfigures"
BASIS = "net"
GEOGRAPHY = "World ex-China"

MARKET = {"vendor": VENDOR, "basis": BASIS, "geography": GEOGRAPHY}
"""The only vendor, basis and geography of the headline figures: nothing else is mixed in."""

HASHTAG_VENDOR = "TikTok"
"""As in dim_vendor, whichever interface it was asked by."""

PeriodKind = Literal["weekly", "monthly", "quarterly"]
