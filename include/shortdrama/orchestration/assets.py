"""The assets by which one DAG signals to another that there is something new."""

from airflow.sdk import Asset, AssetAlias

from shortdrama.datasets import DATASETS

ACCEPTED_LOADS = AssetAlias("accepted_loads")
"""Resolved at the end of a run that has accepted loads; a refused load starts no other DAG."""

DATASET_ASSETS = {
    dataset.id: Asset(name=dataset.id, uri=f"lake://{dataset.source}/{dataset.name}")
    for dataset in DATASETS.values()
}

GATE_DECISIONS = Asset(name="gate_decisions", uri="lake://ops/decisions")
"""A person has decided something: which loads count, or that a build may be published."""

PUBLISHED_MARTS = Asset(name="published_marts", uri="lake://marts/current")
