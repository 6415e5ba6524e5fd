"""The monthly market report."""
