"""A lake with a backfill."""

from backfill_house import house, published, staging  # noqa: F401 - fixtures
