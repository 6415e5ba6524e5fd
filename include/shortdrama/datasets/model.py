"""What a dataset is: its columns, and how its loads arrive and follow each other.

Types are DuckDB's and the same in every engine: money is DECIMAL, ids BIGINT or VARCHAR, instants
are TIMESTAMP in UTC. Every load also carries the lineage columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shortdrama.core.windows import Window

WORLD = "ZZ"
"""Country code of a worldwide total: Appfigures' own pseudo-country (`ZZ`), not an ISO country."""


DEFAULT_POOL = "default_pool"
"""Airflow's default pool, for sources without a quota of calls."""


@dataclass(frozen=True)
class Column:
    """One column of a load; `required` columns hold no null."""

    name: str
    sql_type: str
    required: bool = True


LINEAGE = (
    Column("load_id", "VARCHAR"),
    Column("said_at", "TIMESTAMP"),
    Column("is_sample", "BOOLEAN"),
)


@dataclass(frozen=True)
class Trailing:
    """How many days a scheduled run pulls again, because the vendor restates.

    `daily` is the usual window, `monthly` the window of a month's first run.
    """

    daily: int
    monthly: int

    def ending(self, last_day: date) -> Window:
        """The window that the scheduled run of `last_day` pulls."""
        days = self.monthly if last_day.day == 1 else self.daily
        return Window(start=last_day - timedelta(days=days - 1), end=last_day)


@dataclass(frozen=True)
class Api:
    """The dataset is pulled from a vendor's API, in a slot of Airflow's `pool`.

    `trailing` is None for a source that only says how things are now, never how they were.
    `first_day` is the oldest day that anybody may ask for; None if nobody knows one.
    """

    pool: str = DEFAULT_POOL
    trailing: Trailing | None = None
    first_day: date | None = None


@dataclass(frozen=True)
class Inbox:
    """The dataset is a file that a person drops into `inbox/<source>/`."""


@dataclass(frozen=True)
class ByDay:
    """A newer load replaces each country and day that it covers, also rows that it does not have.

    `day_column` has the day. A day is settled if it was this old when the source said it; a younger
    day is provisional and may still be missing.
    """

    day_column: str
    settles_after_days: int


@dataclass(frozen=True)
class Snapshot:
    """A load says how things are now; a newer one replaces it, by country if it has countries."""


@dataclass(frozen=True)
class Edition:
    """A load holds one whole edition; an edition that is handed in again replaces the earlier one.

    `named_by` are the columns that name an edition, `spans` those with the first and the last
    business date of a row.
    """

    named_by: tuple[str, ...]
    spans: tuple[str, str]


@dataclass(frozen=True)
class Dataset:
    """One table of a source. `key` is unique within a load.

    `titles` are what readers of the reports call it, by locale.

    If the newest business date is more than `stale_after_days` old, there is a warning.
    `is_kept_by_month`: its facts are kept and published by month, because there are many rows.
    `is_headline`: its newest day identifies a snapshot for people. `is_of_universe`: the
    universe's reviewed file decides which of its rows count. `is_lookup`: it only names what other
    datasets measure.
    """

    source: str
    name: str
    titles: Mapping[str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    arrives: Api | Inbox
    follows: ByDay | Snapshot | Edition
    stale_after_days: int
    is_kept_by_month: bool = False
    is_headline: bool = False
    is_of_universe: bool = False
    is_lookup: bool = False

    @property
    def id(self) -> str:
        """`source.name`, as people and Airflow call it."""
        return f"{self.source}.{self.name}"

    @property
    def table(self) -> str:
        """Name of its relation in the warehouse's schema `raw`."""
        return f"{self.source}_{self.name}"

    @property
    def dag_id(self) -> str:
        """The DAG that loads it."""
        return f"ingest_{self.source}"

    @property
    def pool(self) -> str:
        """The Airflow pool that its pulls run in."""
        return self.arrives.pool if isinstance(self.arrives, Api) else DEFAULT_POOL

    @property
    def has_past(self) -> bool:
        """Whether earlier days can be pulled."""
        return isinstance(self.arrives, Api) and self.arrives.trailing is not None

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The dataset's own columns, then lineage."""
        return (*self.columns, *LINEAGE)

    @property
    def column_types(self) -> dict[str, str]:
        """The types of all columns, by name."""
        return {column.name: column.sql_type for column in self.all_columns}

    @property
    def settles_after_days(self) -> int:
        """How old a day must be to count as settled; 0 for loads that are not by day."""
        return self.follows.settles_after_days if isinstance(self.follows, ByDay) else 0
