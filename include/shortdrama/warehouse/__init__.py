"""The private warehouse, what it is built from, and the snapshots published from it."""
