"""Forecast workbooks of analyst houses."""
