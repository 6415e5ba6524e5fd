"""A server that speaks the sources' wire formats, and the market model behind it."""
