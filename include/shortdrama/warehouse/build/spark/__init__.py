"""A build on Spark instead of DuckDB: its sources, dbt on it, and its marts for the gates."""
