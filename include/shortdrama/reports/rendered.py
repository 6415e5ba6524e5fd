"""An edition in one locale as bytes: what is archived, and exactly what is mailed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """An inline picture; the HTML names it as `cid:<name>`, and the mail gives it that id."""

    name: str
    png: bytes


@dataclass(frozen=True)
class Rendered:
    """One edition in one locale; the same page renders to the same bytes."""

    language: str
    sender_name: str
    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...]
    workbook: bytes
    """XLSX with the edition's figures; empty when it has none."""
    standalone: bytes
    """The same HTML as one file that needs nothing else."""
