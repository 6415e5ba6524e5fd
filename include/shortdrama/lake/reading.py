"""How a file became rows: what it is about, by which layout it was read, and what was left out."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.windows import Window
from shortdrama.lake.documents import Document


class LayoutRef(BaseModel):
    """A layout, and which bytes of it: the SHA-256 of its file."""

    model_config = ConfigDict(frozen=True)

    id: str
    sha256: str


class Reading(Document):
    """What conforming learnt about a file; it lies beside the candidate until the gate decides.

    `window` are the business dates of the content, whenever it arrived. `notes` say what a person
    does not see in the file and what was therefore not read.
    """

    schema_version: Literal[1] = 1
    window: Window
    layout: LayoutRef | None = None
    notes: tuple[str, ...] = ()
