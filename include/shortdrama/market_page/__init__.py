"""The market page: one file per language with the charts of a snapshot, for people to pass on."""
