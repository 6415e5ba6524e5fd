"""Which edition a workbook is: the lines above its tables that name publisher, date and version."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from shortdrama.sources.files.workbook import (
    Said,
    Sheet,
    WorkbookRefused,
    agreed,
    lines,
)
from shortdrama.sources.omdia.layout import Layout


@dataclass(frozen=True)
class Edition:
    """One vintage of a publisher's forecast. Its publication date orders it, not its arrival."""

    published_on: date
    version: str | None


def read_edition(sheets: Sequence[Sheet], file_name: str, layout: Layout) -> Edition:
    """The edition that the sheets agree on; refused without the publisher's name or a date."""
    if not any(lines(sheets, layout.source_line)):
        raise WorkbookRefused(
            file_name,
            f"no cell says {layout.source_line!r}; hand in {layout.publisher}'s own workbook",
        )
    dates = [_with_date(said, layout) for said in lines(sheets, layout.publication_date_line)]
    published_on = agreed("the publication date", dates)
    if published_on is None or not isinstance(published_on.value, date):
        raise WorkbookRefused(
            file_name,
            "no cell gives the publication date, which says what vintage this is; add a cell such "
            "as 'Publication date: 14 Oct 2025' above a table",
        )
    version = agreed("the version", list(lines(sheets, layout.version_line)))
    return Edition(published_on.value, None if version is None else str(version.value))


def _with_date(said: Said, layout: Layout) -> Said:
    if isinstance(said.value, datetime):
        return replace(said, value=said.value.date())
    for date_format in layout.date_forms:
        try:
            day = datetime.strptime(str(said.value), date_format).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return replace(said, value=day)
    raise said.sheet.refused(
        f"the publication date {said.value!r} is not readable; write it like "
        f"{datetime(2025, 10, 14, tzinfo=UTC).strftime(layout.date_forms[0])!r}",
        said.cell,
    )
