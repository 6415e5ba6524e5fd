"""From accepted loads to marts: what is read, what is touched, and dbt's run in the private file."""
