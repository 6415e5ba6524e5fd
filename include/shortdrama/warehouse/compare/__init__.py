"""Two snapshots compared: what differs, and why."""
