"""From accepted loads to marts: what is read, what is touched, and dbt in the private file."""
