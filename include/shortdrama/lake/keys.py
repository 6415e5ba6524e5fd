"""Where things are in the lake: every key is derived here, and nowhere else.

A dataset is named by its id, `source.name`.
"""

from datetime import date, datetime

LAKE = "lake.json"
CURRENT_SNAPSHOT = "marts/current.json"
SNAPSHOTS = "marts/snapshots/"
INCIDENTS = "ops/alerts.json"
"""Which causes were mailed to the engineers, and which of them are over."""


def landing_prefix(dataset: str, day: date, pull_id: str) -> str:
    """Folder of the parts of one pull, landed on one day."""
    return f"landing/{_folder(dataset)}/{day:%Y/%m/%d}/{pull_id}/"


def pull_record(dataset: str, said_at: datetime, pull_id: str) -> str:
    """What a finished pull asked for and landed. By load: a run cleared a day later pulls again."""
    prefix = landing_prefix(dataset, said_at.date(), pull_id)
    return f"{prefix}{load_id(said_at, pull_id)}.pull.json"


def load_id(said_at: datetime, pull_id: str, revision: int = 1) -> str:
    """Id of the load that a pull becomes; each replay is the next revision."""
    suffix = f"-r{revision}" if revision > 1 else ""
    return f"{said_at:%Y%m%dT%H%M%SZ}-{pull_id}{suffix}"


def candidate(dataset: str, load_id: str) -> str:
    """A conformed load that waits for its gate."""
    return f"candidates/{_folder(dataset)}/{load_id}.parquet"


def reading(dataset: str, load_id: str) -> str:
    """How the file of a conformed load was read."""
    return f"candidates/{_folder(dataset)}/{load_id}.reading.json"


def raw(dataset: str, load_id: str, said_at: datetime) -> str:
    """An accepted load."""
    return f"{raw_folder(dataset)}pulled_on={said_at:%Y-%m-%d}/{load_id}.parquet"


def raw_folder(dataset: str) -> str:
    """Folder of the accepted loads of a dataset."""
    return f"raw/{_folder(dataset)}/"


def quarantined(dataset: str, load_id: str) -> str:
    """A refused load."""
    return f"quarantine/{_folder(dataset)}/{load_id}.parquet"


def quarantine_reasons(dataset: str, load_id: str) -> str:
    """Why a load was refused."""
    return f"quarantine/{_folder(dataset)}/{load_id}.gate.json"


def answers(dataset: str, load_id: str) -> str:
    """What a load was asked for and was answered."""
    return f"ops/answers/{dataset}/{load_id}.json"


LEDGERS = "ops/ledger/"


def load_ledger(dataset: str) -> str:
    """The head of the load ledger of a dataset."""
    return f"{LEDGERS}{dataset}.json"


def ledger_page(dataset: str, digest: str) -> str:
    """A sealed page of a load ledger, named by the SHA-256 of its bytes."""
    return f"{LEDGERS}{dataset}/{digest}.json"


def outcomes_of_kind(kind: str) -> str:
    """Folder of all outcome records of a kind."""
    return f"ops/outcomes/{kind}/"


def outcomes(kind: str, day: date) -> str:
    """Folder of the outcome records of a kind and day."""
    return f"{outcomes_of_kind(kind)}{day:%Y-%m-%d}/"


def outcome(kind: str, at: datetime, outcome_id: str) -> str:
    """One outcome record."""
    return f"{outcomes(kind, at)}{outcome_id}.json"


def build_inputs(fingerprint: str) -> str:
    """What a build was made of."""
    return f"ops/builds/{fingerprint}.json"


def mart_gate(fingerprint: str) -> str:
    """The verdict on the marts of a build."""
    return f"ops/gates/marts/{fingerprint}.json"


def mart_overrides(fingerprint: str) -> str:
    """Who let a build be published although its gate was red, and why."""
    return f"ops/overrides/marts/{fingerprint}.json"


BACKFILLS = "ops/backfills/"


def backfill(backfill_id: str) -> str:
    """What is known about a backfill (`appfigures.estimates-3`)."""
    return f"{BACKFILLS}{backfill_id}.json"


def inbox(source: str) -> str:
    """Folder where people drop the files of a source."""
    return f"inbox/{source}/"


def inbox_layouts(source: str) -> str:
    """Folder where people put layouts for the files of a source."""
    return f"{inbox(source)}layouts/"


def inbox_book(source: str) -> str:
    """Which files of an inbox were seen."""
    return f"ops/inbox/{source}.json"


def used_layout(source: str, layout_id: str, sha256: str) -> str:
    """A layout as it was when a load was read by it; never changed."""
    return f"{used_layouts(source, layout_id)}{sha256}.json"


def used_layouts(source: str, layout_id: str) -> str:
    """Folder of all bytes that a layout ever had when a load was read by it: one file."""
    return f"ops/layouts/{source}/{layout_id}/"


def snapshot_id(created_at: datetime, digest: str) -> str:
    """Id of a snapshot; ids sort by time."""
    return f"{created_at:%Y%m%dT%H%M%SZ}-{digest}"


def snapshot(snapshot_id: str, name: str) -> str:
    """A file of a published snapshot."""
    return f"{SNAPSHOTS}{snapshot_id}/{name}"


def iceberg(snapshot_id: str) -> str:
    """Folder of the Iceberg tables of a snapshot, one folder each."""
    return snapshot(snapshot_id, "iceberg/")


def iceberg_table(snapshot_id: str, mart: str) -> str:
    """Folder of one of them, as an engine names it; the Parquet files of the mart are elsewhere."""
    return f"{iceberg(snapshot_id)}{mart}"


def iceberg_metadata(snapshot_id: str, mart: str) -> str:
    """The metadata file of one of them: the path that engines are given."""
    return f"{iceberg_table(snapshot_id, mart)}/metadata/v1.metadata.json"


def iceberg_tables(snapshot_id: str) -> str:
    """Which marts of a snapshot are Iceberg tables; written when all of them are."""
    return f"{iceberg(snapshot_id)}tables.json"


MARKET_PAGES = "marts/pages/"


def market_page(snapshot_id: str, locale: str) -> str:
    """The market page of a snapshot in a language."""
    return f"{MARKET_PAGES}{snapshot_id}/market-{locale}.html"


EDITIONS = "reports/"


def edition(edition_id: str) -> str:
    """Where an edition (`weekly_brief/2025-W39`) is recorded."""
    return f"{EDITIONS}{edition_id}/edition.json"


def sends(edition_id: str) -> str:
    """The send ledger of an edition."""
    return f"{EDITIONS}{edition_id}/sends.json"


def edition_part(edition_id: str, folder: str, name: str) -> str:
    """A rendered file of an edition; its folder is the locale, or begins with it."""
    return f"{EDITIONS}{edition_id}/{folder}/{name}"


def correction(edition_id: str, number: int) -> str:
    """Where the n-th correction of an edition is recorded; numbers begin with 1."""
    return f"{EDITIONS}{edition_id}/correction-{number}.json"


EDITION_INDEX = f"{EDITIONS}index.html"
"""The page that lists the editions."""

SUPPRESSED = "ops/deliveries/suppressed.json"
"""Recipients who get nothing any more, by id."""


def _folder(dataset: str) -> str:
    return dataset.replace(".", "/", 1)
