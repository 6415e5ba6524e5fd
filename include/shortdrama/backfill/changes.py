"""What a backfill changed in the marts, by month, with the largest moves and their causes."""

from pydantic import BaseModel, ConfigDict

from shortdrama.core.settings import S3Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build.contents import ABOUT_OURSELVES
from shortdrama.warehouse.compare.diff import (
    LINEAGE,
    MEASURES,
    MartDiff,
    MonthDiff,
    Move,
    diff_snapshots,
)
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest

SHOWN_MOVES = 10
FACTS = "fct_"


class MartChanges(BaseModel):
    """The rows of a mart that differ, by month."""

    model_config = ConfigDict(frozen=True)

    mart: str
    months: tuple[MonthDiff, ...]


class NamedMove(BaseModel):
    """One of the largest moves, with its mart."""

    model_config = ConfigDict(frozen=True)

    mart: str
    move: Move


class Changes(BaseModel):
    """What differs between two snapshots, without the marts about the pipeline itself."""

    model_config = ConfigDict(frozen=True)

    before: str
    after: str
    marts: tuple[MartChanges, ...]
    moves: tuple[NamedMove, ...]


def changes_between(
    before: SnapshotManifest, after: SnapshotManifest, s3: S3Settings, store: ObjectStore
) -> Changes:
    """Compare two snapshots row by row."""
    found = [
        mart
        for mart in diff_snapshots(before, after, s3, store, SHOWN_MOVES)
        if not mart.mart.startswith(ABOUT_OURSELVES)
    ]
    return Changes(
        before=before.snapshot_id,
        after=after.snapshot_id,
        marts=tuple(
            MartChanges(mart=mart.mart, months=mart.months) for mart in found if mart.months
        ),
        moves=tuple(_largest(found)),
    )


def _largest(found: list[MartDiff]) -> list[NamedMove]:
    """The ten largest moves of the most important figure that moved.

    Figures of different units cannot be compared. Moves of facts come first: the reports only sum
    the same rows.
    """
    moves = [
        NamedMove(mart=mart.mart, move=move)
        for mart in found
        # Rows of versions are added and never change: they are not moves of a figure.
        if not set(mart.key) & set(LINEAGE)
        for move in mart.moves
    ]
    for kind in ([one for one in moves if one.mart.startswith(FACTS)], moves):
        for measure in MEASURES:
            if of_one := [one for one in kind if one.move.column == measure]:
                of_one.sort(key=lambda one: -abs(float(one.move.difference)))
                return of_one[:SHOWN_MOVES]
    return []
