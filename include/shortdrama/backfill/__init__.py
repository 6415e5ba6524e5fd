"""Backfills: planned against the quota, staged, compared, and then published as a whole."""
