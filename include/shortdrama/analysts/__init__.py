"""What analysts use: a query, a shell, a copy of the published marts."""
