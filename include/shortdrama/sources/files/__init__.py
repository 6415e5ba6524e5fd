"""Files that people hand in: opening them safely, and reading their cells."""
