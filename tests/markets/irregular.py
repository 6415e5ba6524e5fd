"""What every ordinary market has beside its figures: the checks must let all of it pass.

An app is renamed and sold, one is listed and never estimated, one loses its unified id, one has two
products in the same chart. A small app has rows of zero, another is no longer answered for some
days, so that its estimates vanish. A country is asked for and has nothing. A load is revoked, one
is accepted against its gate, one waits in a backfill, two are refused; a source is called twice a
day; a brief cannot be sent. Tags move down on charts too, or are new there.
"""

import json

import duckdb

NEWEST_LIST = "products-2026-02-25"
NEWEST_ESTIMATES = "estimates-2026-02-25"
SILENT_COUNTRY = "NZ"

PRODUCTS = f"""
update raw.appfigures_products
set unified_app_name = 'Drama App 12: Short Series', unified_publisher = 'Publisher of 12'
where unified_app_id = 'ua_12' and load_id = '{NEWEST_LIST}';

update raw.appfigures_products set unified_app_id = null, unified_app_name = null
where unified_app_id = 'ua_33' and store = 'google_play' and load_id = '{NEWEST_LIST}';

insert into raw.appfigures_products
select * replace (1 as product_id, 'ua_idle' as unified_app_id, 'Idle' as unified_app_name,
    false as is_active)
from raw.appfigures_products where unified_app_id = 'ua_5' and store = 'apple'
union all
select * replace (2 as product_id, name || ' HD' as name)
from raw.appfigures_products where unified_app_id = 'ua_3' and store = 'apple';

-- Between two of our places on a chart there are at least two others.
insert into raw.appfigures_ranks
select * replace (2 as product_id, rank + 1 as rank)
from raw.appfigures_ranks
where product_id = (
    select min(product_id) from raw.appfigures_products
    where unified_app_id = 'ua_3' and store = 'apple' and product_id > 2
) and rank < 100;
"""

ESTIMATES = f"""
update raw.appfigures_estimates set downloads = 0, revenue = 0
where country_code = 'DE' and product_id in (
    select product_id from raw.appfigures_products where unified_app_id = 'ua_38'
);

delete from raw.appfigures_estimates
where load_id = '{NEWEST_ESTIMATES}' and country_code = 'GB'
    and estimated_on between '2026-02-12' and '2026-02-15'
    and product_id in (
        select product_id from raw.appfigures_products where unified_app_id = 'ua_20'
    );

insert into raw.load_coverage
select * replace ('{SILENT_COUNTRY}' as country_code)
from raw.load_coverage where dataset = 'appfigures.estimates' and country_code = 'US';
"""

LOADS = """
insert into raw.ops_loads by name
select
    like_it.* exclude (
        load_id, record_number, status, decided_at, reasons, override_by, override_because, backfill
    ),
    timestamp '2026-02-24 18:00:00' as decided_at,
    news.*
    exclude (dataset)
from (values
    ('appfigures.ranks', 'ranks-of-january', 1, 'accepted', null, null, null, null),
    ('appfigures.ranks', 'ranks-of-january', 2, 'revoked', null, 'Ada', 'of another store', null),
    ('appfigures.ranks', 'ranks-of-autumn', 3, 'quarantined', 'A chart is missing.', null, null,
        null),
    ('appfigures.products', 'products-2026-02-25', 1, 'quarantined', 'Names moved.', null, null,
        null),
    ('appfigures.estimates', 'estimates-of-2024', 900, 'staged', null, null, null, 'year-2024'),
    ('tiktok.hashtags', 'hashtags-of-today', 900, 'quarantined', 'A country is missing.', null,
        null, null)
) as news (
    dataset, load_id, record_number, status, reasons, override_by, override_because, backfill
)
inner join (
    from raw.ops_loads qualify row_number() over (partition by dataset order by record_number) = 1
) as like_it using (dataset);

update raw.ops_loads set override_by = 'Ada', override_because = 'they did rename themselves'
where load_id = 'products-2026-02-25' and status = 'accepted';
"""

HASHTAGS = """
update raw.tiktok_hashtags
set rank_diff_type = case rank_diff when 1 then 2 when 2 then 3 else 4 end
where country_code = 'ID' and rank_diff in (1, 2, 4)
"""

_FINDING = {
    "suite": "tiktok.hashtags.load",
    "expectation": "expect_column_values_to_be_between",
    "column": "missing_countries",
    "severity": "critical",
    "unexpected": 1,
    "checked": 9,
    "expected": "0",
    "observed": "1",
    "reason": "A country is missing.",
}
_WARNING = _FINDING | {"column": "charts_lost", "severity": "warning", "reason": "A chart is new."}
_CALLS = {"planned_calls": 9, "reused_parts": 0, "quota_limit": 1000}
OUTCOMES = (
    ("pull", "succeeded", "early", "appfigures.estimates", 8,
     {"used_calls": 9, "quota_usage": 9} | _CALLS),
    ("pull", "failed", "ranks", "appfigures.ranks", 9,
     {"used_calls": 4, "quota_usage": 13} | _CALLS),
    ("pull", "succeeded", "late", "appfigures.ranks", 21,
     {"used_calls": 5, "quota_usage": 18} | _CALLS),
    ("pull", "succeeded", "tags", "tiktok.hashtags", 9, {"planned_calls": 4, "used_calls": 4}),
    ("gate", "refused", "hashtags-of-today", "tiktok.hashtags", 10,
     {"rows": 80, "findings": [_FINDING, _WARNING]}),
    ("gate", "succeeded", "estimates-2026-02-25", "appfigures.estimates", 10,
     {"rows": 9000, "findings": [_WARNING]}),
    ("build", "failed", "b1", None, 11, {}),
    ("build", "succeeded", "b2", None, 12, {}),
    ("publish", "succeeded", "snapshot-2", None, 13,
     {"fingerprint": "b2", "previous": "snapshot-1", "warnings": []}),
    ("publish", "failed", "snapshot-3", None, 14, {}),
)  # fmt: skip
"""Kind, status, subject, dataset, hour and details of more outcomes."""

SENDS = """
insert into raw.ops_sends values
('weekly_brief/2026-W08', '0123456789ab', 'en', 'sent', '2026-02-23 09:00', '2026-02-23 09:01',
    'edition'),
('weekly_brief/2026-W08', 'ba9876543210', 'zh', 'failed', '2026-02-23 09:00', '2026-02-23 09:02',
    'edition'),
('weekly_brief/2026-W08', 'aaaaaaaaaaaa', 'zh', 'claimed', '2026-02-23 09:05', null, 'edition')
"""


def add_irregularities(connection: duckdb.DuckDBPyConnection) -> None:
    """Change the schema `raw`, which has the loads of an ordinary market, in all those ways."""
    for sql in (PRODUCTS, ESTIMATES, LOADS, SENDS, HASHTAGS):
        connection.execute(sql)
    connection.executemany(
        "insert into raw.ops_outcomes (uri, kind, status, subject, dataset, details, ended_at)"
        " values (?, ?, ?, ?, ?, ?, timestamp '2026-02-23 00:00:00' + to_hours(?))",
        [
            (f"s3://lake/ops/outcomes/{kind}/2026-02-23/{subject}.json", kind, status, subject,
             dataset, json.dumps(details), hour)
            for kind, status, subject, dataset, hour, details in OUTCOMES
        ],
    )  # fmt: skip
