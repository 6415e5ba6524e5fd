"""The weekly market brief."""
