"""The reports: what a published snapshot says, as mail for people."""
