"""The cookbook's questions, as an assistant gets them."""

from dataclasses import dataclass
from pathlib import Path

from shortdrama.core.settings import DBT_PROJECT

FOLDER = DBT_PROJECT / "analyses"


@dataclass(frozen=True)
class Recipe:
    """A question, what to watch out for in its answer, and the query."""

    name: str
    question: str
    caution: str
    sql: str


def recipes(folder: Path = FOLDER) -> dict[str, Recipe]:
    """All recipes by name (`market/regions`)."""
    return {
        recipe.name: recipe
        for path in sorted(folder.rglob("*.sql"))
        for recipe in [_read(path.relative_to(folder).with_suffix("").as_posix(), path)]
    }


def _read(name: str, path: Path) -> Recipe:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    comments: list[str] = []
    for line in lines:
        if not line.startswith("--"):
            break
        comments.append(line.removeprefix("--").strip())
    question, *caution = comments or [name]
    return Recipe(name, question, " ".join(caution), "\n".join(lines[len(comments) :]).strip())
