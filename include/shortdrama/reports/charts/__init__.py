"""The charts of a page as pictures: the same figures give the same bytes on every machine."""
