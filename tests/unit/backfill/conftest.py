"""A lake with a backfill."""

from backfill_house import house, staging  # noqa: F401 - fixtures
