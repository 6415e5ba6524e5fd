"""What happened, for the marts `ops_*`: the ledgers, the outcomes and the sends, in schema `raw`.

Ledgers are read completely. Outcomes never change, so the private warehouse keeps them: a build
lists only the days since the newest one that it has, and all days when the warehouse was lost.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import get_args

import duckdb

from shortdrama.core.errors import DamagedDocument, NewerDocument
from shortdrama.datasets import DATASETS
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.outcomes import Kind, Outcome
from shortdrama.lake.sends import read_sends
from shortdrama.lake.store import ObjectStore

LATE_DAYS = 2
"""An outcome is filed under the day on which its step began: that of a long pull comes late."""

IN_FILE = re.compile(r'Malformed JSON in file "([^"]+)"')
"""How DuckDB names an object that is not JSON."""

RELATIONS = """
create schema if not exists raw;

create or replace table raw.ops_datasets (
    dataset varchar, source varchar, settles_after_days integer, stale_after_days integer
);

create or replace table raw.ops_loads (
    dataset varchar, record_number integer, load_id varchar, status varchar, start_on date,
    end_on date, countries varchar, "rows" bigint, said_at timestamp, decided_at timestamp,
    is_sample boolean, reasons varchar, warnings varchar, override_by varchar,
    override_because varchar, backfill varchar
);

create table if not exists raw.ops_outcomes (
    uri varchar, kind varchar, status varchar, subject varchar, dataset varchar,
    business_window varchar, message varchar, ended_at timestamp, details varchar
);

create table if not exists raw.ops_sends (
    edition varchar, recipient_id varchar, locale varchar, state varchar, claimed_at timestamp,
    settled_at timestamp
);

-- Sends before form 2 of the ledger were all of editions.
alter table raw.ops_sends add column if not exists kind varchar default 'edition';

create or replace view raw.ops_pulls as
select
    parse_filename(uri, true) as outcome_id,
    dataset,
    subject as pull_id,
    status,
    business_window,
    ended_at,
    cast(details ->> '$.planned_calls' as bigint) as planned_calls,
    cast(details ->> '$.used_calls' as bigint) as used_calls,
    cast(details ->> '$.reused_parts' as bigint) as reused_answers,
    cast(details ->> '$.quota_usage' as bigint) as quota_used,
    cast(details ->> '$.quota_limit' as bigint) as quota_limit,
    message
from raw.ops_outcomes
where kind = 'pull';

create or replace view raw.ops_builds as
select
    parse_filename(uri, true) as outcome_id,
    subject as fingerprint,
    status,
    ended_at,
    message
from raw.ops_outcomes
where kind = 'build';

create or replace view raw.ops_snapshots as
select
    subject as snapshot_id,
    ended_at as published_at,
    details ->> '$.fingerprint' as fingerprint,
    details ->> '$.previous' as previous_snapshot_id,
    array_to_string(from_json(details -> '$.warnings', '["varchar"]'), chr(10)) as warnings
from raw.ops_outcomes
where kind = 'publish' and status = 'succeeded';

create or replace view raw.ops_gate_results as
with gates as (
    select
        parse_filename(uri, true) as outcome_id,
        dataset,
        subject,
        status,
        business_window,
        ended_at,
        cast(details ->> '$.rows' as bigint) as "rows",
        coalesce(from_json(details -> '$.findings', '["json"]'), []) as findings
    from raw.ops_outcomes
    where kind = 'gate'
),

-- A gate without a finding has a row of its own, number 0.
numbered as (
    select
        * exclude (findings),
        unnest(
            case when len(findings) = 0 then [0] else range(1, len(findings) + 1) end
        ) as finding_number,
        findings
    from gates
)

select
    * exclude (findings) replace (cast(finding_number as integer) as finding_number),
    findings[finding_number] ->> '$.suite' as suite,
    findings[finding_number] ->> '$.expectation' as expectation,
    findings[finding_number] ->> '$.column' as column_name,
    findings[finding_number] ->> '$.severity' as severity,
    cast(findings[finding_number] ->> '$.unexpected' as bigint) as unexpected_rows,
    cast(findings[finding_number] ->> '$.checked' as bigint) as checked_rows,
    findings[finding_number] ->> '$.expected' as expected,
    findings[finding_number] ->> '$.observed' as observed,
    findings[finding_number] ->> '$.reason' as reason
from numbered;
"""


def create_relations(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the relations `raw.ops_*`, with the datasets; outcomes stay, other tables are empty."""
    connection.execute(RELATIONS)
    _insert(connection, "ops_datasets", list(_dataset_rows()))


def fill(connection: duckdb.DuckDBPyConnection, store: ObjectStore, today: date) -> None:
    """Fill the relations with the current state, before the build that reads them."""
    _insert(connection, "ops_loads", list(_load_rows(store)))
    for edition in _remember_outcomes(connection, store, today):
        _remember_sends(connection, store, edition)


def _dataset_rows() -> Iterator[tuple[object, ...]]:
    for dataset in DATASETS.values():
        yield dataset.id, dataset.source, dataset.settles_after_days, dataset.stale_after_days


def _load_rows(store: ObjectStore) -> Iterator[tuple[object, ...]]:
    for dataset in DATASETS.values():
        for number, record in enumerate(LoadLedger(store, dataset.id).records(), start=1):
            yield load_row(number, record)


def load_row(number: int, record: LoadRecord) -> tuple[object, ...]:
    """A record as a row of `raw.ops_loads`; `number` is its place in the ledger, from 1."""
    return (
        record.dataset,
        number,
        record.load_id,
        record.status,
        record.coverage.window.start,
        record.coverage.window.end,
        " ".join(record.coverage.countries) or None,
        record.rows,
        record.said_at.replace(tzinfo=None),
        record.decided_at.replace(tzinfo=None),
        record.is_sample,
        "\n".join(record.reasons) or None,
        "\n".join(warning.text for warning in record.warnings) or None,
        record.override.by if record.override else None,
        record.override.because if record.override else None,
        record.backfill,
    )


def _remember_outcomes(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, today: date
) -> list[str]:
    """Read the outcomes that are not known yet; returns the editions that were sent since."""
    known = {uri for (uri,) in connection.execute("select uri from raw.ops_outcomes").fetchall()}
    if not all(uri.startswith(store.uri("")) for uri in known):
        # The warehouse was used with another lake.
        connection.execute("truncate raw.ops_outcomes; truncate raw.ops_sends")
        known = set()
    uris = [uri for uri in _listed(connection, store, today) if uri not in known]
    if not uris:
        return []
    _read_outcomes(connection, uris)
    sent = connection.execute(
        "select distinct subject from raw.ops_outcomes"
        " where kind = 'send' and uri in (select unnest(?)) order by subject",
        [uris],
    )
    return [edition for (edition,) in sent.fetchall()]


def _read_outcomes(connection: duckdb.DuckDBPyConnection, uris: Sequence[str]) -> None:
    """Add the outcomes in those files; raises NewerDocument, DamagedDocument.

    All forms up to the newest have these fields; form 1 has no `schema_version`.
    """
    try:
        _find_outcomes(connection, uris)
    except duckdb.InvalidInputException as error:
        named = IN_FILE.search(str(error))
        if named is None:
            raise
        raise DamagedDocument(named[1], "it is not the outcome of a step") from error
    newest = Outcome.model_fields["schema_version"].default
    newer = connection.execute(
        "select uri, schema_version from found where schema_version > ? limit 1", [newest]
    ).fetchone()
    if newer is not None:
        uri, version = newer
        raise NewerDocument(uri, version, newest)
    connection.execute(
        "insert into raw.ops_outcomes by name select * exclude (schema_version) from found"
    )
    connection.execute("drop table found")


def _find_outcomes(connection: duckdb.DuckDBPyConnection, uris: Sequence[str]) -> None:
    """Read the files into the table `found`."""
    connection.execute(
        """
        create or replace temp table found as
        select filename as uri, * exclude (filename)
        from read_json(
            $uris, format = 'unstructured', filename = true,
            columns = {
                schema_version: 'integer', kind: 'varchar', status: 'varchar', subject: 'varchar',
                dataset: 'varchar', business_window: 'varchar', message: 'varchar',
                ended_at: 'timestamp', details: 'json'
            }
        )
        """,
        {"uris": uris},
    )


def _listed(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, today: date
) -> Iterator[str]:
    """The outcomes of the days since the newest known one; of all days if none is known."""
    (newest,) = connection.execute(
        "select cast(max(ended_at) as date) from raw.ops_outcomes"
    ).fetchone() or (None,)
    for kind in get_args(Kind):
        if newest is None:
            prefixes = [keys.outcomes_of_kind(kind)]
        else:
            since = min(newest, today) - timedelta(days=LATE_DAYS)
            days = (since + timedelta(days=n) for n in range((today - since).days + 1))
            prefixes = [keys.outcomes(kind, day) for day in days]
        for prefix in prefixes:
            # People's tools leave other files there, such as .DS_Store.
            listed = store.list(prefix)
            yield from (store.uri(key) for key in listed if key.endswith(".json"))


def _remember_sends(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, edition: str
) -> None:
    """The edition's send ledger as it is now; recipients have ids there, and no addresses."""
    connection.execute("delete from raw.ops_sends where edition = ?", [edition])
    rows = [
        (
            edition,
            send.recipient,
            send.locale,
            send.state,
            send.claimed_at.replace(tzinfo=None),
            send.settled_at.replace(tzinfo=None) if send.settled_at else None,
            send.kind,
        )
        for send in read_sends(store, edition).values()
    ]
    _insert(connection, "ops_sends", rows)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        # One statement: a ledger of daily loads has thousands of rows.
        columns = ", ".join("unnest(?)" for _ in rows[0])
        connection.execute(
            f"insert into raw.{table} select {columns}",
            [list(column) for column in zip(*rows, strict=True)],
        )
