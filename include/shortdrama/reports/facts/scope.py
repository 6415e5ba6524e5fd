"""Whose figures the reports are about, and from which datasets they come."""

from typing import Literal

from shortdrama.datasets.appfigures_estimates import ESTIMATES as _ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS as _PRODUCTS
from shortdrama.datasets.minis_catalog import CATALOG as _CATALOG
from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST as _SEARCH_INTEREST
from shortdrama.datasets.omdia_forecasts import FORECASTS as _FORECASTS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS as _HASHTAGS

ESTIMATES, PRODUCTS = _ESTIMATES.id, _PRODUCTS.id
FORECASTS, HASHTAGS = _FORECASTS.id, _HASHTAGS.id
MINIS, MINIS_SEARCHES = _CATALOG.id, _SEARCH_INTEREST.id

VENDOR = "Appfigures"
BASIS = "net"
GEOGRAPHY = "World ex-China"

MARKET = {"vendor": VENDOR, "basis": BASIS, "geography": GEOGRAPHY}
"""The only vendor, basis and geography of the headline figures: nothing else is mixed in."""

HASHTAG_VENDOR = "TikTok"
"""As in dim_vendor, whichever interface it was asked by."""

PeriodKind = Literal["weekly", "monthly", "quarterly"]
