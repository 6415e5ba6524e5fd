"""Search interest in TikTok Minis."""

from shortdrama.datasets.model import Column, Dataset, Edition, Inbox

SEARCH_INTEREST = Dataset(
    source="minis",
    name="search_interest",
    titles={"en": "TikTok Minis searches", "zh": "TikTok小程序搜索热度"},
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
    arrives=Inbox(),
    follows=Edition(
        ("window_start_on", "window_end_on", "market"),
        spans=("window_start_on", "window_end_on"),
    ),
    stale_after_days=60,
)
"""`growth_ratio` is the increase since `compared_with`: 3.0 is 300% more. `hashtag_views` are the
all-time total at the window's end."""
