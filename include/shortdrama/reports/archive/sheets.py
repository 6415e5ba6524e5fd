"""The figures of an edition as JSON, exact and with their types, so that they can be compared."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shortdrama.reports.page import Cell, Sheet


def dump(sheets: Sequence[Sheet]) -> bytes:
    """JSON; decimals and dates are objects that say so."""
    document = [
        {
            "name": sheet.name,
            "headings": sheet.headings,
            "rows": [[_written(cell) for cell in row] for row in sheet.rows],
        }
        for sheet in sheets
    ]
    return json.dumps(document, ensure_ascii=False).encode()


def parse(body: bytes) -> tuple[Sheet, ...]:
    """The sheets that `dump` wrote."""
    return tuple(
        Sheet(
            name=one["name"],
            headings=tuple(one["headings"]),
            rows=tuple(tuple(_read(cell) for cell in row) for row in one["rows"]),
        )
        for one in json.loads(body)
    )


def _written(cell: Cell) -> Any:
    if isinstance(cell, Decimal):
        return {"decimal": str(cell)}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    return cell


def _read(cell: Any) -> Cell:
    if isinstance(cell, dict):
        ((kind, text),) = cell.items()
        return Decimal(text) if kind == "decimal" else date.fromisoformat(text)
    return cell  # type: ignore[no-any-return]
