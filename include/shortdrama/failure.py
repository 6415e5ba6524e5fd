"""The base of all errors that a person can mend."""


class Failure(Exception):
    """Its message says what happened, to what, and what to do; no traceback is needed."""
