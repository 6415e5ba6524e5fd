"""Collecting what is wrong with a file, so that a person hears of everything at once."""

from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from shortdrama.sources.files.workbook import Problem, WorkbookRefused, refused_for

MAX_PROBLEMS = 50
"""A file of another kind breaks in every cell; nobody reads more than a page."""

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Problems:
    """The problems found so far, in their order, and how many at most."""

    def __init__(self, at_most: int = MAX_PROBLEMS) -> None:
        self.found: list[Problem] = []
        self._at_most = at_most

    def add(self, *problems: Problem) -> None:
        """Take problems; raises WorkbookRefused when there are more than anybody reads."""
        self.found += problems
        if len(self.found) >= self._at_most:
            raise refused_for(self.found)

    def tried(
        self, ask: Callable[Asked, Answer], *args: Asked.args, **named: Asked.kwargs
    ) -> Iterator[Answer]:
        """The answer, as the only item; none if it was refused, which is then a problem."""
        try:
            yield ask(*args, **named)
        except WorkbookRefused as refused:
            self.add(*refused.problems)
