"""Editions in the lake: what was sent is kept as it was sent, with a page that lists it."""
