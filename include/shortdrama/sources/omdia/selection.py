"""Which layout a file was made by: its publisher, the names of its sheets, and its labels."""

from collections.abc import Sequence

from shortdrama.sources.files.workbook import Sheet, WorkbookRefused, lines, shown
from shortdrama.sources.omdia.layout import Layout, is_among
from shortdrama.sources.omdia.layouts import KnownLayout
from shortdrama.sources.omdia.shelf import Shelf

CHECK = "`shortdrama inbox layout draft FILE` proposes a layout"


def choose(sheets: Sequence[Sheet], file_name: str, shelf: Shelf) -> KnownLayout:
    """The layout that fits best; superseded ones are passed over where their successor fits.

    `sheets` are those that a person sees. Raises WorkbookRefused where the publisher is unknown,
    or two layouts fit alike.
    """
    of_publisher = [
        known for known in shelf.layouts if any(lines(sheets, known.layout.source_line))
    ]
    if not of_publisher:
        said = " or ".join(sorted({repr(known.layout.source_line) for known in shelf.layouts}))
        raise WorkbookRefused(
            file_name,
            f"no cell says {said}, so it is unclear whose figures these are; hand in the "
            f"publisher's own workbook. For a new house, {CHECK}{_unusable(shelf)}",
        )
    superseded = {known.layout.supersedes for known in of_publisher}
    current = [known for known in of_publisher if known.layout.id not in superseded]
    if len(current) == 1:
        return current[0]
    best = max(_likeness(sheets, known.layout) for known in current)
    fitting = [known for known in current if _likeness(sheets, known.layout) == best]
    if len(fitting) > 1:
        names = ", ".join(known.layout.id for known in fitting)
        raise WorkbookRefused(
            file_name,
            f"the layouts {names} fit it alike; let one supersede the other (`supersedes`)",
        )
    return fitting[0]


def _unusable(shelf: Shelf) -> str:
    return "".join(f". Not used: {why}" for why in shelf.unusable)


def _likeness(sheets: Sequence[Sheet], layout: Layout) -> tuple[int, int, int]:
    """How much of the layout is found in the file: headers, sheets, and labels."""
    headers = sum(
        any(layout.is_header([shown(cell) for cell in row]) for row in sheet.rows)
        for sheet in sheets
    )
    titles = [sheet.title or "" for sheet in sheets]
    named = sum(
        any(is_among(title, [rule.name]) for title in titles) for rule in layout.figure_sheets
    )
    missing = sum(not rule.is_optional for rule in layout.figure_sheets) - named
    known = {
        *(label for labels in layout.geographies.values() for label in labels),
        *layout.segments,
        *layout.metrics,
    }
    texts = {
        shown(cell)
        for sheet in sheets
        for row in sheet.rows
        for cell in row
        if isinstance(cell.value, str)
    }
    labels = sum(is_among(text, known) for text in texts if text)
    return headers, -max(missing, 0), labels
