"""Files made from published figures, for a lake that has no licensed ones."""
