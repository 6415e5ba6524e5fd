"""Forecasts: market sizes by publisher, edition, geography and year."""

from shortdrama.datasets.model import Column, Dataset, Edition, Inbox

FORECASTS = Dataset(
    source="omdia",
    name="forecasts",
    titles={"en": "Forecasts (Omdia)", "zh": "市场预测（Omdia）"},
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
    arrives=Inbox(),
    follows=Edition(("publisher", "published_on"), spans=("published_on", "published_on")),
    stale_after_days=270,
)
