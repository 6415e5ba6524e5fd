"""A lake without sources, and a private warehouse whose builds are made up."""

from publishing import (  # noqa: F401 - fixtures
    clock_on,
    environment,
    publish_build,
    settings,
    warehouse,
)
