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


class VendorEntry(BaseModel):
    """What readers are told about a publisher whose layout brings it: a row of `dim_vendor`."""

    model_config = ConfigDict(frozen=True)

    vendor: str
    methodology: str | None = None
    scope: str
    revenue_basis: str | None = None
    basis_evidence: str | None = None
    currency: str = "USD"
    may_redistribute: bool | None = None
    source: str


class Reading(Document):
    """What conforming learnt about a file; it lies beside the candidate until the gate decides.

    `window` are the business dates of the content, whenever it arrived. `vendor` is the layout's
    entry about its publisher. `notes` say what a person
    does not see in the file and what was therefore not read.
    """

    schema_version: Literal[1] = 1
    window: Window
    layout: LayoutRef | None = None
    vendor: VendorEntry | None = None
    notes: tuple[str, ...] = ()
