"""A lake with a backfill."""

import pytest

from backfill_house import House, empty_house, house, published, running  # noqa: F401 - fixtures
from shortdrama.backfill.record import Backfill
from shortdrama.core.settings import AppfiguresSettings


@pytest.fixture
def lake(empty_house: House) -> House:  # noqa: F811 - the fixture
    """Nothing is loaded yet, and three countries are asked for every day."""
    asked = AppfiguresSettings(countries=("CN", "US", "IN"))
    empty_house.settings = empty_house.settings.model_copy(update={"appfigures": asked})
    return empty_house


@pytest.fixture
def two(lake: House) -> Backfill:
    """Published at once, of two windows, running."""
    return running(lake)
