"""Market figures of the short-drama business: pulled, gated, built, published, reported."""
