"""Numbers, dates and sentences in the words of a locale."""
