"""A source that answers as badly as a network can, and what the pipeline makes of it."""
