"""Files made from published figures, for a lake without licensed files."""
