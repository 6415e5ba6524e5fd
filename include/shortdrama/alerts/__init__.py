"""Alerts: one mail to the data engineers per cause, saying what `gate show` says."""
