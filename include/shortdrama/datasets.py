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

DATASETS = {dataset.id: dataset for dataset in (PRODUCTS, ESTIMATES, RANKS, HASHTAGS, FORECASTS)}


def dataset_named(dataset_id: str) -> Dataset:
    """The dataset of that id; raises KeyError with the known ids."""
    try:
        return DATASETS[dataset_id]
    except KeyError:
        known = ", ".join(sorted(DATASETS))
        raise KeyError(f"no dataset is called {dataset_id!r}; there are: {known}") from None
