"""The private warehouse, what it is built from, and the snapshots that are published from it."""
