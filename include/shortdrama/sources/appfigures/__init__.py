"""Appfigures API v2: products, estimates, ranks."""
