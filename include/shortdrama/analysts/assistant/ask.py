"""One question, in a process of its own that is ended when its time is over."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore

import shortdrama
from shortdrama.analysts.assistant.worker import Answer, Question
from shortdrama.core.errors import Failure

WORKER = [sys.executable, "-P", "-m", "shortdrama.analysts.assistant.worker"]
ENVIRONMENT = {"PYTHONPATH": str(Path(shortdrama.__file__).parents[1]), "LANG": "C.UTF-8"}
"""All that a question's process knows of ours: no key, no home."""
AT_ONCE = 2
"""Questions that are answered at the same time; others wait."""
CELL = 2_000


class QuestionRefused(Failure):
    """A question was not answered; the message says why and what to ask instead."""


@dataclass(frozen=True)
class Limits:
    """Of each question: the most rows that may be asked for, its time, and its memory."""

    rows: int = 1_000
    seconds: int = 20
    memory_mb: int = 1_024


class Desk:
    """Answers questions within limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._places = BoundedSemaphore(AT_ONCE)

    def ask(self, query: str, views: Path, rows: int) -> Answer:
        """The answer from the local copy of a snapshot; raises QuestionRefused."""
        question = Question(
            query=query,
            views=str(views),
            files=[str(views), *map(str, views.parent.glob("files/*/*"))],
            rows=max(1, min(rows, self.limits.rows)),
            cell=CELL,
            memory_mb=self.limits.memory_mb,
            seconds=self.limits.seconds,
        )
        with self._places:
            answer = self._answer(question)
        if answer.refused:
            raise QuestionRefused(answer.refused)
        return answer

    def _answer(self, question: Question) -> Answer:
        try:
            done = subprocess.run(  # noqa: S603 - our own module; the query is in its input
                WORKER,
                input=json.dumps(asdict(question)),
                env=ENVIRONMENT,
                cwd="/",
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=question.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise QuestionRefused(
                f"the query was ended after {question.seconds} seconds; filter or aggregate more,"
                " and join on keys"
            ) from None
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            raise QuestionRefused(
                "the query ended the process that it ran in: it needs too much memory, or is nested"
                " too deeply. Make it smaller"
            )
        return Answer(**json.loads(done.stdout))
