"""A real Spark cluster on this machine, and the dbt project on it, beside DuckDB."""
