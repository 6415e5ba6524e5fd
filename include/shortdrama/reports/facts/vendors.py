"""Whose figures may be passed on, and what the vendor's revenue means."""

from collections.abc import Iterable
from typing import Annotated, Literal

from duckdb import DuckDBPyConnection
from pydantic import BeforeValidator, Field

from shortdrama.reports.facts.rows import Frozen, first, read


def _is_yes(value: object) -> bool:
    """Empty and unknown count as no: nobody has reviewed it."""
    return str(value).strip().lower() in ("yes", "true")


class Vendor(Frozen):
    """A vendor of figures, and what was reviewed about passing them on."""

    vendor: str
    evidence: str | None = Field(default=None, alias="basis_evidence")
    """How we know its basis: stated, inferred or assumed."""
    may_redistribute: Annotated[bool, BeforeValidator(_is_yes)] = False
    """Whether figures of single apps or hashtags may be passed on."""
    may_share_aggregates: Annotated[bool, BeforeValidator(_is_yes)] = False
    """Whether sums over them may be."""


class Permission(Frozen):
    """What of a vendor's figures an edition may show."""

    rows: bool
    aggregates: bool


Evidence = Literal["stated", "inferred", "assumed"]


def vendor(connection: DuckDBPyConnection, name: str) -> Vendor:
    """A vendor as reviewed; one without a row counts as not reviewed."""
    found = read(
        connection, Vendor, "select * from marts.dim_vendor where vendor = $vendor", vendor=name
    )
    return first(found) or Vendor(vendor=name)


def permission(connection: DuckDBPyConnection, name: str, *, is_sample: bool) -> Permission:
    """What may be shown; figures of a sample lake are made up, so they may all be shown."""
    known = vendor(connection, name)
    return Permission(
        rows=is_sample or known.may_redistribute,
        aggregates=is_sample or known.may_share_aggregates,
    )


class Quotable(Frozen):
    """Which publishers an edition may quote, and which it has to leave out."""

    allowed: frozenset[str]
    left_out: tuple[str, ...]


def quotable(
    connection: DuckDBPyConnection, publishers: Iterable[str], *, is_sample: bool
) -> Quotable:
    """Publishers whose sums may be shared, and the others, each once."""
    names = tuple(dict.fromkeys(publishers))
    allowed = frozenset(
        name for name in names if permission(connection, name, is_sample=is_sample).aggregates
    )
    return Quotable(allowed=allowed, left_out=tuple(name for name in names if name not in allowed))
