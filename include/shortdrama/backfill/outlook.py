"""What the lake says before a backfill: what is covered, what a call costs, what is left of a day.

Expected rows are those of earlier loads, from the ledger; times and quotas are from the outcomes of
earlier pulls.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from statistics import median

from shortdrama.backfill.plan import Asked, Budget, Known
from shortdrama.core.errors import BackfillRefused, SourceError
from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named, datasets_of
from shortdrama.datasets.model import Api, Dataset
from shortdrama.ingest.plan import planned_calls
from shortdrama.ingest.quota import LOOKED_BACK_DAYS
from shortdrama.lake.ledger import LoadLedger, LoadRecord, accepted_of
from shortdrama.lake.outcomes import Outcome, outcomes_of
from shortdrama.lake.records import staged_of
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import ByCountry, PullRequest
from shortdrama.sources.modules import module_of

COMPARED_LOADS = 20
"""From so many newest loads rows and times are expected."""


def countries_of(dataset: Dataset, settings: Settings, store: ObjectStore) -> tuple[str, ...]:
    """The countries that the source is asked for; empty if it is not asked by country."""
    connector = module_of(dataset).connector(settings, store)
    return connector.countries if isinstance(connector, ByCountry) else ()


def known_for(
    asked: Asked, settings: Settings, store: ObjectStore, backfill: str | None = None
) -> Known:
    """What a plan needs to know; `backfill` is the one that is resumed. Asks no source.

    `calls_of` raises BackfillRefused where the calls depend on loads that do not count yet.
    """
    dataset = dataset_named(asked.dataset)
    newest = LoadLedger(store, dataset.id).newest()
    accepted = accepted_of(newest)
    rows, seconds = expected(accepted, _seconds_of_pulls(dataset, settings, store))

    def calls_of(window: Window, countries: tuple[str, ...]) -> int | None:
        request = PullRequest(
            dataset=dataset.id, run_key="plan", window=window, countries=countries
        )
        try:
            return planned_calls(request, settings, store)
        except SourceError as error:
            raise BackfillRefused(
                f"{dataset.id} cannot be planned before {dataset.dag_id} has run: {error}"
            ) from error

    return Known(
        today=settings.clock.today(),
        countries=countries_of(dataset, settings, store),
        budget=budget_of(dataset.source, settings, store),
        calls_of=calls_of,
        accepted=[record.coverage for record in accepted],
        staged=[record.coverage for record in staged_of(newest, backfill)] if backfill else [],
        rows_per_slice=rows,
        seconds_per_slice=seconds,
    )


def expected(
    accepted: Sequence[LoadRecord], seconds: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Rows per slice, and seconds that the pull of a slice takes; `seconds` are by pull.

    From the newest loads. Replays are left out, because nothing was pulled for them. None where no
    load tells.
    """
    newest = [one for one in accepted if not one.load_id.rpartition("-")[2].startswith("r")]
    newest = newest[-COMPARED_LOADS:]
    slices = [one.coverage.window.days * max(1, len(one.coverage.countries)) for one in newest]
    if not newest:
        return None, None
    times = [
        seconds[one.pull_id] / count
        for one, count in zip(newest, slices, strict=True)
        if one.pull_id in seconds
    ]
    return sum(one.rows for one in newest) / sum(slices), median(times) if times else None


def _seconds_of_pulls(dataset: Dataset, settings: Settings, store: ObjectStore) -> dict[str, float]:
    """How long the pulls of the last days took, without those that reused answers."""
    return {
        outcome.subject: outcome.details["seconds"]
        for _, outcome in _pulls(settings, store)
        if outcome.dataset == dataset.id
        and outcome.status == "succeeded"
        and outcome.details.get("seconds")
        and not outcome.details.get("reused_parts")
    }


def _pulls(settings: Settings, store: ObjectStore) -> Iterator[tuple[date, Outcome]]:
    """The outcomes of the last days' pulls, with their days."""
    today = settings.clock.today()
    for ago in range(LOOKED_BACK_DAYS):
        day = today - timedelta(days=ago)
        for outcome in outcomes_of(store, "pull", day):
            yield day, outcome


def budget_of(source: str, settings: Settings, store: ObjectStore) -> Budget:
    """The source's quota as its newest answers say it, and what the daily schedule needs of it."""
    today = settings.clock.today()
    pulls = [
        (day, outcome)
        for day, outcome in _pulls(settings, store)
        if outcome.dataset and dataset_named(outcome.dataset).source == source
    ]
    told = [one for _, one in pulls if one.details.get("quota_limit") is not None]
    if not told:
        return Budget()
    # It may be another one than this morning: the account's plan can change at any time.
    limit = max(told, key=lambda one: one.ended_at).details["quota_limit"]
    # An answer may say the limit alone.
    of_today = (one.details for one in told if one.ended_at.date() == today)
    used = max((details.get("quota_usage") or 0 for details in of_today), default=0)
    if settings.clock.is_frozen:
        # Nothing is scheduled then.
        return Budget(used=used, limit=limit)
    outcomes = [outcome for _, outcome in pulls]
    needs = [
        (dataset, _calls_on(dataset, today, outcomes, settings, store))
        for dataset in datasets_of(source)
        if isinstance(dataset.arrives, Api)
    ]
    # By window: what a backfill has pulled is not what the schedule needs.
    landed = {
        (outcome.dataset, outcome.business_window)
        for day, outcome in pulls
        if day == today and outcome.status == "succeeded"
    }
    first_of_month = today.replace(day=2)
    return Budget(
        used=used,
        limit=limit,
        reserved=sum(
            calls
            for dataset, calls in needs
            if not {
                (dataset.id, window and str(window)) for window in _windows_on(dataset, today)
            }.issubset(landed)
        ),
        daily=sum(calls for _, calls in needs),
        monthly=sum(
            _calls_on(dataset, first_of_month, outcomes, settings, store) for dataset, _ in needs
        ),
    )


def _windows_on(dataset: Dataset, day: date) -> list[Window | None]:
    """What the scheduled run of a day pulls; None: as things are now."""
    trailing = dataset.arrives.trailing if isinstance(dataset.arrives, Api) else None
    return [*trailing.ending(day - timedelta(days=1)).split()] if trailing else [None]


def _calls_on(
    dataset: Dataset,
    day: date,
    pulls: Sequence[Outcome],
    settings: Settings,
    store: ObjectStore,
) -> int:
    """The calls that the scheduled run of a day makes for a dataset.

    If only answers tell how many (pages), or if it cannot be planned yet because no products are
    known, those of its newest pull.
    """
    asked = [
        PullRequest(dataset=dataset.id, run_key="plan", window=window)
        for window in _windows_on(dataset, day)
    ]
    planned: list[int | None] = [None]
    with suppress(SourceError):
        planned = [planned_calls(request, settings, store) for request in asked]
    known = [calls for calls in planned if calls is not None]
    if len(known) == len(planned):
        return sum(known)
    used = [
        (outcome.ended_at, outcome.details.get("used_calls") or 0)
        for outcome in pulls
        if outcome.dataset == dataset.id and outcome.status == "succeeded"
    ]
    return max(used)[1] if used else 0
