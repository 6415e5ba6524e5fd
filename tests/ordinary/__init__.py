"""Ordinary days of every dataset: what a pull gives when nothing is wrong.

The gates' limits are set against these days, so they were written before any limit. Each dataset
is a function of the day and of how restless the market is; the same arguments give the same rows.
They know nothing of the simulator: limits that fit its habits would say little about a vendor.
"""
