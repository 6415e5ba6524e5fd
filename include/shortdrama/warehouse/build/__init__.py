"""From accepted loads to marts: what is read, what has changed, and dbt in the private file."""
