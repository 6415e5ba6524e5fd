"""The only room that knows Airflow: what the DAG files share.

Everything heavy is imported inside the tasks: the DAG processor reads these modules all the time.
"""
