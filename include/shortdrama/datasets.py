"""The datasets: what a load of each holds, column by column, and what makes a row unique.

Types are DuckDB's and the same in every engine: money is DECIMAL, ids BIGINT or VARCHAR, instants
are TIMESTAMP in UTC. Every load also carries the lineage columns.
"""

from dataclasses import dataclass

WORLD = "ZZ"
"""Country code of a worldwide total: Appfigures' own pseudo-country (`ZZ`), not an ISO country."""


@dataclass(frozen=True)
class Column:
    """One column of a load; `required` columns hold no null."""

    name: str
    sql_type: str
    required: bool = True


@dataclass(frozen=True)
class Dataset:
    """One table-shaped thing of a source. `key` is unique within a load."""

    source: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def id(self) -> str:
        """`source.name`, as people say it and as Airflow shows it."""
        return f"{self.source}.{self.name}"

    @property
    def table(self) -> str:
        """Name of its relation in the warehouse's schema `raw`."""
        return f"{self.source}_{self.name}"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The dataset's own columns, then lineage."""
        return (*self.columns, *LINEAGE)


LINEAGE = (
    Column("load_id", "VARCHAR"),
    Column("said_at", "TIMESTAMP"),
    Column("is_sample", "BOOLEAN"),
)

PRODUCTS = Dataset(
    source="appfigures",
    name="products",
    columns=(
        Column("product_id", "BIGINT"),
        Column("unified_app_id", "VARCHAR", required=False),
        Column("unified_app_name", "VARCHAR", required=False),
        Column("unified_publisher", "VARCHAR", required=False),
        Column("name", "VARCHAR"),
        Column("developer", "VARCHAR", required=False),
        Column("store", "VARCHAR"),
        Column("storefront", "VARCHAR"),
        Column("vendor_identifier", "VARCHAR"),
        Column("product_type", "VARCHAR"),
        Column("released_on", "DATE", required=False),
        Column("added_on", "DATE", required=False),
        Column("is_active", "BOOLEAN"),
    ),
    key=("product_id",),
)

ESTIMATES = Dataset(
    source="appfigures",
    name="estimates",
    columns=(
        Column("product_id", "BIGINT"),
        Column("country_code", "VARCHAR"),
        Column("estimated_on", "DATE"),
        Column("downloads", "BIGINT"),
        Column("revenue", "DECIMAL(18,2)"),
        Column("currency", "VARCHAR"),
    ),
    key=("product_id", "country_code", "estimated_on"),
)

RANKS = Dataset(
    source="appfigures",
    name="ranks",
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
)
"""Places in the stores' charts. A product that is not ranked on a covered day has no row."""

HASHTAGS = Dataset(
    source="tiktok",
    name="hashtags",
    columns=(
        Column("hashtag_id", "VARCHAR"),
        Column("hashtag_name", "VARCHAR"),
        Column("country_code", "VARCHAR"),
        Column("window_days", "INTEGER"),
        Column("as_of_at", "TIMESTAMP"),
        Column("rank", "INTEGER", required=False),
        Column("rank_diff", "INTEGER", required=False),
        Column("rank_diff_type", "INTEGER", required=False),
        Column("posts", "BIGINT", required=False),
        Column("views", "BIGINT", required=False),
        Column("posts_all_time", "BIGINT", required=False),
        Column("views_all_time", "BIGINT", required=False),
        Column("is_promoted", "BOOLEAN", required=False),
        Column("industry", "VARCHAR", required=False),
        Column("curve", "STRUCT(curve_on DATE, relative_value DECIMAL(9,6))[]", required=False),
        Column("audience_ages", "STRUCT(age_level VARCHAR, score DECIMAL(9,6))[]", required=False),
    ),
    key=("hashtag_id", "country_code", "window_days", "as_of_at"),
)

FORECASTS = Dataset(
    source="omdia",
    name="forecasts",
    columns=(
        Column("publisher", "VARCHAR"),
        Column("published_on", "DATE"),
        Column("workbook_version", "VARCHAR", required=False),
        Column("geography", "VARCHAR"),
        Column("segment", "VARCHAR"),
        Column("metric", "VARCHAR"),
        Column("unit", "VARCHAR"),
        Column("year", "INTEGER"),
        Column("value_kind", "VARCHAR"),
        Column("value", "DECIMAL(20,4)"),
        Column("is_lower_bound", "BOOLEAN"),
        Column("value_basis", "VARCHAR"),
        Column("basis_evidence", "VARCHAR"),
        Column("file_name", "VARCHAR"),
        Column("sheet", "VARCHAR"),
        Column("cell", "VARCHAR"),
    ),
    key=("publisher", "published_on", "geography", "segment", "metric", "year"),
)

CATALOG = Dataset(
    source="minis",
    name="catalog",
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
)
"""A row is one named mini app; or, where only a number is published, `apps` of them without names;
or what is said about the market and no app (`apps` is empty). `evidence` tells which."""

SEARCH_INTEREST = Dataset(
    source="minis",
    name="search_interest",
    columns=(
        Column("window_start_on", "DATE"),
        Column("window_end_on", "DATE"),
        Column("market", "VARCHAR"),
        Column("subject", "VARCHAR"),
        Column("growth_ratio", "DECIMAL(12,4)", required=False),
        Column("growth_is_lower_bound", "BOOLEAN", required=False),
        Column("compared_with", "VARCHAR", required=False),
        Column("in_top_100", "BOOLEAN", required=False),
        Column("hashtag_views", "BIGINT", required=False),
        Column("hashtag_views_is_lower_bound", "BOOLEAN", required=False),
        Column("published_on", "DATE"),
        Column("source", "VARCHAR"),
    ),
    key=("window_start_on", "window_end_on", "market", "subject"),
)
"""`growth_ratio` is the increase against `compared_with`: 3.0 is 300% more. `hashtag_views` are of
all time as of the window's end."""

DATASETS = {
    dataset.id: dataset
    for dataset in (PRODUCTS, ESTIMATES, RANKS, HASHTAGS, FORECASTS, CATALOG, SEARCH_INTEREST)
}


def datasets_of(source: str) -> list[Dataset]:
    """The datasets of a source."""
    return [dataset for dataset in DATASETS.values() if dataset.source == source]


def dataset_named(dataset_id: str) -> Dataset:
    """The dataset of that id; raises KeyError with the known ids."""
    try:
        return DATASETS[dataset_id]
    except KeyError:
        known = ", ".join(sorted(DATASETS))
        raise KeyError(f"no dataset is called {dataset_id!r}; there are: {known}") from None
