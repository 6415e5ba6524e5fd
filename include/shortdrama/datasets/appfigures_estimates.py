"""Estimates: downloads and revenue of an app in one store, by country and day."""

from datetime import date

from shortdrama.datasets.model import Api, ByDay, Column, Dataset, Trailing

ESTIMATES = Dataset(
    source="appfigures",
    name="estimates",
    titles={"en": "Store estimates (Appfigures)", "zh": "应用商店估算（Appfigures）"},
    columns=(
        Column("product_id", "BIGINT"),
        Column("country_code", "VARCHAR"),
        Column("estimated_on", "DATE"),
        Column("downloads", "BIGINT"),
        Column("revenue", "DECIMAL(18,2)"),
        Column("currency", "VARCHAR"),
    ),
    key=("product_id", "country_code", "estimated_on"),
    # The vendor does not say how far back it goes; the market has no figures from before 2024.
    arrives=Api(
        pool="appfigures",
        trailing=Trailing(daily=35, monthly=400),
        first_day=date(2024, 1, 1),
    ),
    follows=ByDay("estimated_on", settles_after_days=3),
    stale_after_days=3,
    is_kept_by_month=True,
    is_headline=True,
    is_of_universe=True,
)
