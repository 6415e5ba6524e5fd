"""The analysts' way in: a query, a shell, a copy of the published marts."""
