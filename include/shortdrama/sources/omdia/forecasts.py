"""`omdia.forecasts`: forecast workbooks that people hand in; one is one vintage."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shortdrama.core.windows import Window
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.sources.inbox import by_file
from shortdrama.sources.omdia.workbook import parse_workbook


def parse(content: bytes, file_name: str) -> tuple[Window, Sequence[Mapping[str, Any]]]:
    """The day of publication and the figures; raises WorkbookRefused."""
    workbook = parse_workbook(content, file_name)
    vintage = Window(start=workbook.published_on, end=workbook.published_on)
    return vintage, [asdict(row) for row in workbook.rows]


connector, prepare = by_file(FORECASTS, parse)
