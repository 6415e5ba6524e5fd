"""What becomes of the rows of a dataset when one of its loads is revoked."""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from shortdrama.datasets.model import ByDay, Dataset, Edition
from shortdrama.gates.previous import Slice, by_age, slices_of
from shortdrama.lake.ledger import LoadRecord


class Effect(BaseModel):
    """Of the slices that a load covers, those that it decides, and who decides them without it.

    A slice is a country's day, a country, or a whole list, as loads of the dataset follow each
    other. `restored` are slices by the older load that decides them then; of `emptied`
    ones there is none.
    """

    model_config = ConfigDict(frozen=True)

    covered: int
    decided: int
    restored: dict[str, int]
    emptied: int

    @property
    def text(self) -> str:
        """What happens to the rows, in one or two sentences."""
        if not self.decided:
            return "Newer loads decide all that it covers: without it no figure changes."
        back = sum(self.restored.values())
        what = "slice" if self.covered == 1 else "slices"
        return (
            f"It decides {self.decided:,} of the {self.covered:,} {what} that it covers. Without it"
            f" {back:,} will be as older loads said, and {self.emptied:,} will have no rows."
        )


def effect_of(
    record: LoadRecord, dataset: Dataset, accepted: Sequence[LoadRecord]
) -> Effect | None:
    """What revoking one of the `accepted` loads changes.

    None for loads that are editions: only their rows say which ones they are.
    """
    if isinstance(dataset.follows, Edition):
        return None
    provider = record.coverage.provider
    others = [one for one in accepted if one.load_id != record.load_id]
    # Providers are kept apart; loads of older releases do not say who was asked.
    rivals = by_age([one for one in others if one.coverage.provider in (None, provider)])
    now = slices_of(dataset, record.coverage, by_age([*rivals, record]))
    then = {_place(one): one[0] for one in slices_of(dataset, record.coverage, rivals)}
    decided = [_place(one) for one in now if one[0] == record.load_id]
    restored = Counter(then[place] for place in decided if place in then)
    return Effect(
        covered=_covered(record, dataset),
        decided=len(decided),
        restored=dict(restored),
        emptied=len(decided) - restored.total(),
    )


def _place(one: Slice) -> tuple[object, ...]:
    return one[1:]


def _covered(record: LoadRecord, dataset: Dataset) -> int:
    countries = len(record.coverage.countries)
    if not countries:
        return 1
    return countries * (record.coverage.window.days if isinstance(dataset.follows, ByDay) else 1)
