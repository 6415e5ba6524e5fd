"""Apps for review: somebody should decide whether they count as short-drama apps."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from shortdrama.core.settings import Settings
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.lake import duck
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import NothingPublished
from shortdrama.warehouse.snapshots.read import connect

SIZE_DAYS = 28
"""An app's size is measured over the last four published weeks."""

CHANGES = ("renamed", "new publisher")

CANDIDATES = """
with listed as (
    select
        coalesce(unified_app_id, 'product:' || product_id) as app_id,
        unified_app_id is null as is_single,
        coalesce(unified_app_name, name) as app_name,
        coalesce(unified_publisher, developer) as publisher,
        product_id,
        said_at,
        row_number() over (
            partition by coalesce(unified_app_id, 'product:' || product_id), said_at
            order by product_id, load_id desc
        ) as place
    from listings
),
-- Per load one product gives an app's name and publisher: the one with the smallest id.
told as (
    select
        *,
        lag(app_name) over (partition by app_id order by said_at) as name_before,
        lag(publisher) over (partition by app_id order by said_at) as publisher_before
    from listed
    where place = 1
),
apps as (
    select
        app_id,
        cast(min(said_at) as date) as first_seen_on,
        cast(max(said_at) as date) as last_seen_on,
        max_by(app_name, said_at) as app_name,
        max_by(publisher, said_at) as publisher,
        max_by(is_single, said_at) as is_single,
        max_by(name_before, said_at) filter (
            name_before is distinct from app_name and name_before is not null and said_at >= $since
        ) as name_before,
        max_by(publisher_before, said_at) filter (
            publisher_before is distinct from publisher and publisher_before is not null
            and said_at >= $since
        ) as publisher_before
    from told
    group by app_id
),
reasons as (
    select *, 'new' as kind, 'first listed on ' || first_seen_on as why
    from apps where first_seen_on >= $since
    union all
    select *, 'not unified', 'one store''s listing without a unified app'
    from apps where is_single
    union all
    select *, 'renamed', 'was called ' || name_before
    from apps where name_before is not null
    union all
    select *, 'new publisher', 'was published by ' || publisher_before
    from apps where publisher_before is not null
)
select
    kind, reasons.app_id, app_name, publisher, first_seen_on, last_seen_on, why,
    sizes.revenue_usd, sizes.downloads
from reasons
left join sizes on sizes.app_id = reasons.app_id
order by sizes.revenue_usd desc nulls last, reasons.app_id, kind
"""

SIZES = f"""
select
    app_id,
    cast(sum(revenue_usd) as decimal(18, 2)) as revenue_usd,
    cast(sum(downloads) as bigint) as downloads
from fct_app_estimates_daily
where country_code = 'ZZ'
    and estimated_on > (select max(estimated_on) from fct_app_estimates_daily)
        - interval {SIZE_DAYS} day
group by app_id
"""  # noqa: S608 - a number of ours


@dataclass(frozen=True)
class Candidate:
    """One reason to look at an app. Size: worldwide, over the last 28 published days."""

    kind: str
    app_id: str
    app_name: str
    publisher: str | None
    first_seen_on: date
    last_seen_on: date
    why: str
    revenue_usd: Decimal | None
    downloads: int | None

    @property
    def line(self) -> str:
        """A row for the reviewed file that excludes the app, for the reviewer to complete."""
        text = io.StringIO()
        reason = f"TODO why {self.app_name} is not a short-drama app"
        csv.writer(text, lineterminator="").writerow(
            ["exclude", self.app_id, "", "", reason, "TODO"]
        )
        return text.getvalue()


def candidates(
    connection: duckdb.DuckDBPyConnection, since: date, decided: set[str]
) -> list[Candidate]:
    """From relations `listings` (rows of products loads) and `sizes` (app_id, revenue, downloads).

    An app may be listed for several reasons; an app with a decision is listed only when it has
    changed. The largest come first.
    """
    rows = connection.execute(CANDIDATES, {"since": since}).fetchall()
    found = [Candidate(*row) for row in rows]
    return [c for c in found if c.app_id not in decided or c.kind in CHANGES]


def read_candidates(
    settings: Settings, store: ObjectStore, since: date, decided: set[str]
) -> list[Candidate]:
    """From all accepted loads of products and the published marts, if there are any."""
    uris = [store.uri(record.key) for record in LoadLedger(store, PRODUCTS.id).accepted()]
    if not uris:
        return []
    with _marts(settings) as connection:
        connection.execute(
            f"create temp view listings as from read_parquet({duck.list_literal(uris)},"
            " union_by_name = true)"
        )
        return candidates(connection, since, decided)


def known_apps(settings: Settings) -> set[str] | None:
    """Ids of the published `dim_app`; None while nothing is published."""
    try:
        with connect(settings) as connection:
            return {app for (app,) in connection.execute("select app_id from dim_app").fetchall()}
    except NothingPublished:
        return None


def _marts(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection with `sizes`, which is empty while nothing is published."""
    try:
        connection = connect(settings)
    except NothingPublished:
        connection = duck.connect(settings.s3)
        connection.execute(
            "create temp table sizes (app_id varchar, revenue_usd decimal(18, 2), downloads bigint)"
        )
    else:
        connection.execute(f"create temp table sizes as {SIZES}")
    return connection
