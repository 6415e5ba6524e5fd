"""The services that one machine runs for itself: S3, mail, the sources' simulator, Airflow.

All on loopback, all as processes of this user, all under the pipeline's home. Production brings its
own and needs nothing from here.
"""
