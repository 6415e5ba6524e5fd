"""All services of a home, in the order in which they need one another."""

from shortdrama_local.embedded.airflow import API_SERVER, DAG_PROCESSOR, SCHEDULER
from shortdrama_local.embedded.postgres import POSTGRES
from shortdrama_local.embedded.service import Service
from shortdrama_local.embedded.small import MAIL, SIMULATOR
from shortdrama_local.embedded.store import STORE
from shortdrama_local.embedded.watch import WATCH

SOURCES = (STORE, SIMULATOR)
"""What a pull needs."""
AIRFLOW = (API_SERVER, SCHEDULER, DAG_PROCESSOR, WATCH)
"""Airflow, and what watches it from outside."""
SERVICES: tuple[Service, ...] = (POSTGRES, *SOURCES, MAIL, *AIRFLOW)
