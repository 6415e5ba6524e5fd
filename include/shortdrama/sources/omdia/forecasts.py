"""`omdia.forecasts`: forecast workbooks that people hand in; one is one vintage."""

from dataclasses import asdict

from shortdrama.core.windows import Window
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.lake.reading import LayoutRef, VendorEntry
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.inbox import FileReading, by_file
from shortdrama.sources.omdia.shelf import Shelf, kept, ref, shelf
from shortdrama.sources.omdia.workbook import parse_workbook


def read(
    content: bytes, file_name: str, store: ObjectStore, layout: LayoutRef | None
) -> FileReading:
    """The day of publication and the figures; raises WorkbookRefused, LayoutRefused."""
    known = Shelf((kept(layout, store),)) if layout else shelf(store)
    workbook = parse_workbook(content, file_name, known)
    vintage = Window(start=workbook.published_on, end=workbook.published_on)
    house = workbook.known.layout
    return FileReading(
        window=vintage,
        rows=[asdict(row) for row in workbook.rows],
        layout=ref(workbook.known),
        layout_file=workbook.known.content,
        vendor=VendorEntry(vendor=house.publisher, **house.vendor.model_dump())
        if house.vendor
        else None,
        notes=workbook.notes,
        encoding=workbook.encoding,
    )


connector, prepare = by_file(FORECASTS, read)
