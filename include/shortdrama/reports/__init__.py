"""The reports: what a published snapshot says, as mail that people read."""
