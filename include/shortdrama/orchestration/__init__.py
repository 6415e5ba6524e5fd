"""What the DAG files share; the only room that imports Airflow.

Heavy modules are imported inside the tasks, because the DAG processor reads these files all the
time.
"""
