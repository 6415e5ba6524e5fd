"""A lake of made-up snapshots."""

from snapshots import lake  # noqa: F401 - a fixture
