"""Two snapshots held against each other: what differs, and why."""
