"""A lake as commands and Airflow's processes find it."""

from publishing import environment, settings  # noqa: F401 - fixtures
