"""From the private file to snapshots that readers get: export, views, pointer, hold, garbage."""
