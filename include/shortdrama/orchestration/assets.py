"""The assets by which one DAG tells another that there is something new."""

from airflow.sdk import Asset, AssetAlias

from shortdrama.datasets import DATASETS

ACCEPTED_LOADS = AssetAlias("accepted_loads")
"""Resolved when a load is accepted, so that a refused one wakes nobody."""

DATASET_ASSETS = {
    dataset.id: Asset(name=dataset.id, uri=f"lake://{dataset.source}/{dataset.name}")
    for dataset in DATASETS.values()
}

GATE_DECISIONS = Asset(name="gate_decisions", uri="lake://ops/decisions")
"""Something was decided by a person: loads that count, or a build that may be published."""

PUBLISHED_MARTS = Asset(name="published_marts", uri="lake://marts/current")
