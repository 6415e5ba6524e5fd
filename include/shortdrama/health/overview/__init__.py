"""How the whole pipeline is, read from the lake: for `shortdrama status` and for Airflow's page."""
