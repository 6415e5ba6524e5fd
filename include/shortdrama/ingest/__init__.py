"""The life of a load: pulled into landing, conformed to a candidate, accepted or quarantined."""
