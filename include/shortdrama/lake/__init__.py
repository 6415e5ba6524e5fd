"""The lake: one bucket, its zones, and the records that say what counts."""
