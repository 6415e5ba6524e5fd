"""Alerts: one mail to the data engineers per cause, with the text of `gate show`."""
