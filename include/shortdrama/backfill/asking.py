"""What a person may ask for: checked before the first call, with what to do instead."""

from collections.abc import Sequence
from datetime import date, timedelta

from shortdrama.backfill.plan import Asked, Policy
from shortdrama.core.errors import BackfillRefused
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named, with_past
from shortdrama.datasets.model import Api, Dataset, Inbox


def backfillable() -> list[Dataset]:
    """The datasets whose past can be pulled."""
    return with_past()


def checked(
    dataset: str,
    start: date,
    end: date,
    countries: Sequence[str],
    policy: Policy,
    reason: str,
    *,
    known: Sequence[str],
    today: date,
) -> Asked:
    """What was asked for, if it can be planned; raises BackfillRefused, with what to do.

    `known` are the countries that the source is asked for; empty if it is not asked by country.
    `today` is UTC.
    """
    found = _dataset(dataset)
    _check_days(found, start, end, today)
    if not reason.strip():
        raise BackfillRefused(
            "a backfill needs its reason: it is kept, and shown to everybody who looks at it. Give"
            ' it with --because "…"'
        )
    wanted = tuple(dict.fromkeys(country.strip().upper() for country in countries))
    unknown = [country for country in wanted if country not in known]
    if unknown:
        raise BackfillRefused(
            f"{found.id} is not asked for {', '.join(unknown)}. It is asked for"
            f" {', '.join(known) or 'no single countries: give none'}. Add a country to the"
            f" source's setting `countries` first, so that it is also pulled every day"
        )
    return Asked(
        dataset=found.id,
        window=Window(start=start, end=end),
        # In the source's own order, so that the same question has the same plan.
        countries=tuple(country for country in known if country in wanted),
        policy=policy,
        reason=reason.strip(),
    )


def dataset_for_backfill(name: str) -> Dataset:
    """The dataset, if its past can be pulled; raises BackfillRefused."""
    return _dataset(name)


def _dataset(name: str) -> Dataset:
    can = ", ".join(dataset.id for dataset in backfillable())
    try:
        dataset = dataset_named(name)
    except KeyError:
        raise BackfillRefused(
            f"no dataset is called {name!r}; these can be backfilled: {can}"
        ) from None
    if isinstance(dataset.arrives, Inbox):
        raise BackfillRefused(
            f"{dataset.id} comes as files, not from an API: drop the file of the older edition with"
            f" `shortdrama inbox put {dataset.source} FILE`"
        )
    if not dataset.has_past:
        raise BackfillRefused(
            f"{dataset.id} only says how things are now, so a day that was not pulled is lost and"
            f" nothing can be backfilled. These can: {can}"
        )
    return dataset


def _check_days(dataset: Dataset, start: date, end: date, today: date) -> None:
    if end < start:
        raise BackfillRefused(
            f"the backfill ends on {end}, before it starts on {start}; swap the two dates"
        )
    if end >= today:
        raise BackfillRefused(
            f"{end} is not over yet: today is {today} UTC. The last day that can be pulled is"
            f" {today - timedelta(days=1)}"
        )
    first = dataset.arrives.first_day if isinstance(dataset.arrives, Api) else None
    if first is not None and start < first:
        raise BackfillRefused(
            f"{dataset.id} has no data before {first}, and the backfill starts on {start}; start"
            f" it on {first}"
        )
