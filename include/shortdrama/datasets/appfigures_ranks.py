"""Ranks: places in the stores' charts."""

from datetime import date

from shortdrama.datasets.model import Api, ByDay, Column, Dataset, Trailing

RANKS = Dataset(
    source="appfigures",
    name="ranks",
    titles={"en": "Store charts (Appfigures)", "zh": "应用商店榜单（Appfigures）"},
    columns=(
        Column("product_id", "BIGINT"),
        Column("country_code", "VARCHAR"),
        Column("category_id", "BIGINT"),
        Column("category_name", "VARCHAR"),
        Column("device", "VARCHAR"),
        Column("subtype", "VARCHAR"),
        Column("ranked_on", "DATE"),
        Column("rank", "INTEGER"),
    ),
    key=("product_id", "country_code", "category_id", "device", "subtype", "ranked_on"),
    # The vendor does not say how far back it goes; the market has no figures from before 2024.
    arrives=Api(
        pool="appfigures",
        trailing=Trailing(daily=35, monthly=400),
        first_day=date(2024, 1, 1),
    ),
    follows=ByDay("ranked_on", settles_after_days=3),
    stale_after_days=3,
    is_kept_by_month=True,
)
"""Places in the stores' charts. A product that is not ranked on a covered day has no row."""
