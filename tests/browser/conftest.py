"""A browser for all pages."""

from browsers import browser  # noqa: F401 - a fixture
