"""A lake with three published snapshots, as analysts find it."""

from snapshots import _published, lake, published  # noqa: F401 - fixtures
