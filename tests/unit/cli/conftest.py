"""The lake and the snapshots that commands find."""

from fake_airflow import airflow  # noqa: F401 - a fixture
from publishing import (  # noqa: F401 - fixtures
    clock_on,
    environment,
    publish_build,
    settings,
    warehouse,
)
from snapshots import _published, lake, published  # noqa: F401 - fixtures
