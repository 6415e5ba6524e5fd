"""A lake with a backfill."""

from backfill_house import empty_house, house, published, staging  # noqa: F401 - fixtures
