"""Hashtags: TikTok's chart and the watched tags, as they are when pulled."""

from shortdrama.datasets.model import Api, Column, Dataset, Snapshot

CURVE = "STRUCT(curve_on DATE, relative_value DECIMAL(9,6), views BIGINT, rank INTEGER)[]"
"""A day a point. `relative_value` is of the curve's highest point; `views` are the day's own, and
`rank` its place, where the provider says them. Loads of older releases have the first two alone."""

HASHTAGS = Dataset(
    source="tiktok",
    name="hashtags",
    titles={"en": "TikTok hashtags", "zh": "TikTok话题标签数据"},
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
        Column("curve", CURVE, required=False),
        Column("audience_ages", "STRUCT(age_level VARCHAR, score DECIMAL(9,6))[]", required=False),
    ),
    key=("hashtag_id", "country_code", "window_days", "as_of_at"),
    arrives=Api(),
    follows=Snapshot(),
    stale_after_days=3,
)
