"""One file per section of the market page: from marts to charts and their rows."""
