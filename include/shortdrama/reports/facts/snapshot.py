"""What a snapshot's manifest says about the snapshot itself."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from shortdrama.lake.overrides import Override
from shortdrama.lake.warned import Warned
from shortdrama.reports.facts.rows import Frozen


def _day(value: object) -> object:
    """If a dataset's as-of is an instant, its day counts."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return value[:10]
    return value


class DatasetState(Frozen):
    """How fresh a dataset was when the snapshot was built; None: nothing accepted yet.

    `refused_since` has the reasons of loads that were refused after the last accepted load.
    """

    as_of: Annotated[date | None, BeforeValidator(_day)] = None
    accepted_at: datetime | None = None
    refused_since: tuple[str, ...] = ()


class SnapshotFacts(Frozen):
    """What an edition needs from a snapshot's manifest; other fields are ignored."""

    snapshot_id: str
    created_at: datetime
    is_sample: bool
    universe_version: str = ""
    datasets: Mapping[str, DatasetState] = {}
    warnings: tuple[Warned, ...] = ()
    overrides: tuple[Override, ...] = ()

    def as_of(self, dataset: str) -> date | None:
        """The newest day of a dataset."""
        state = self.datasets.get(dataset)
        return state.as_of if state else None

    def is_late(self, dataset: str) -> bool:
        """Whether a gate found that this dataset is older than usual or misses recent days."""
        return any(
            warning.concern == "timeliness" and dataset in warning.about
            for warning in self.warnings
        )

    def decisions(self, datasets: tuple[str, ...], since: date) -> tuple[Override, ...]:
        """People's decisions since a day on these datasets or on the marts, the newest first.

        The same decision is told once. An older one was made before the period had any figures;
        it is only in the manifest.
        """
        recent = sorted(
            (
                override
                for override in self.overrides
                if override.at.date() >= since
                and (override.dataset is None or override.dataset in datasets)
            ),
            key=lambda override: override.at,
            reverse=True,
        )
        once: list[Override] = []
        for override in recent:
            if not any(override.repeats(kept) for kept in once):
                once.append(override)
        return tuple(once)


def snapshot_facts(manifest: Mapping[str, Any] | object) -> SnapshotFacts:
    """Read a snapshot's manifest, given as a model or as a mapping."""
    return SnapshotFacts.model_validate(manifest)
