"""The catalogue of TikTok Minis: who is there, and at what prices."""

from shortdrama.datasets.model import Column, Dataset, Edition, Inbox

CATALOG = Dataset(
    source="minis",
    name="catalog",
    titles={"en": "TikTok Minis list", "zh": "TikTok小程序目录"},
    columns=(
        Column("snapshot_on", "DATE"),
        Column("market", "VARCHAR"),
        Column("mini_app_id", "VARCHAR"),
        Column("kind", "VARCHAR"),
        Column("evidence", "VARCHAR"),
        Column("apps", "INTEGER", required=False),
        Column("app_name", "VARCHAR", required=False),
        Column("publisher", "VARCHAR", required=False),
        Column("unified_app_id", "VARCHAR", required=False),
        Column("unlock_model", "VARCHAR", required=False),
        Column("free_episodes_min", "INTEGER", required=False),
        Column("free_episodes_max", "INTEGER", required=False),
        Column("beans_per_episode", "INTEGER", required=False),
        Column("beans_full_series", "INTEGER", required=False),
        Column("unlock_price_usd", "DECIMAL(10,2)", required=False),
        Column("unlock_price_is_lower_bound", "BOOLEAN", required=False),
        Column("monthly_price_low_usd", "DECIMAL(10,2)", required=False),
        Column("monthly_price_high_usd", "DECIMAL(10,2)", required=False),
        Column("discount_ratio", "DECIMAL(5,4)", required=False),
        Column("first_seen_on", "DATE", required=False),
        Column("last_seen_on", "DATE", required=False),
        Column("published_on", "DATE"),
        Column("source", "VARCHAR"),
    ),
    key=("snapshot_on", "market", "mini_app_id"),
    arrives=Inbox(),
    follows=Edition(("snapshot_on", "market"), spans=("snapshot_on", "snapshot_on")),
    stale_after_days=60,
)
"""A row is one named mini app; or, if only a number is published, that many `apps` without names;
or a statement about the market and no app (`apps` is empty). `evidence` says which."""
