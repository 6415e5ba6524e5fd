"""Whether everything that the pipeline needs works, and what to do if not."""
