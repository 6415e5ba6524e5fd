"""Products: the apps as the stores list them, each with the unified app it belongs to."""

from shortdrama.datasets.model import Api, Column, Dataset, Snapshot

PRODUCTS = Dataset(
    source="appfigures",
    name="products",
    titles={"en": "App list (Appfigures)", "zh": "应用清单（Appfigures）"},
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
    arrives=Api(pool="appfigures"),
    follows=Snapshot(),
    stale_after_days=3,
    is_of_universe=True,
    is_lookup=True,
)
