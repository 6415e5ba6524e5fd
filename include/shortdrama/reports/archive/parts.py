"""The files of an edition in one locale: kept once, under their digest, and never changed."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import Failure
from shortdrama.lake import keys
from shortdrama.lake.store import NotFound, ObjectStore
from shortdrama.reports.archive import sheets
from shortdrama.reports.page import Sheet
from shortdrama.reports.rendered import Picture, Rendered

HTML, TEXT, STANDALONE = "brief.html", "brief.txt", "edition.html"
WORKBOOK, SHEETS = "figures.xlsx", "sheets.json"
FIRST_PICTURE = "chart.png"
"""The only picture of editions in form 1, which the HTML names as a file beside it."""
FOLDER_DIGITS = 12

CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ArchiveDamaged(Failure):
    """An archived file is missing or is not what was archived."""


class Part(BaseModel):
    """An edition in one locale; `files` are the digests of its files by name.

    `folder` is in the edition's own. In form 1 there was one digest over three files.
    """

    model_config = ConfigDict(frozen=True)

    language: str
    sender_name: str
    subject: str
    folder: str
    files: Mapping[str, str]
    sha256: str | None = None


@dataclass(frozen=True)
class Printed:
    """What is archived of an edition in one locale: what is mailed, and its exact figures."""

    rendered: Rendered
    sheets: tuple[Sheet, ...]


def keep(store: ObjectStore, edition_id: str, locale: str, printed: Printed) -> Part:
    """Write the files. Other files never have the same keys, so nothing is overwritten."""
    files = _files(printed)
    folder = f"{locale}/{_digest(files)[:FOLDER_DIGITS]}"
    for name, body in files.items():
        kind = CONTENT_TYPES[name.rpartition(".")[2]]
        store.put(keys.edition_part(edition_id, folder, name), body, content_type=kind)
    rendered = printed.rendered
    return Part(
        language=rendered.language,
        sender_name=rendered.sender_name,
        subject=rendered.subject,
        folder=folder,
        files={name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
    )


def read(store: ObjectStore, edition_id: str, part: Part) -> Rendered:
    """What was archived; raises ArchiveDamaged when it is not that any more."""
    if part.sha256 is not None:
        return _read_version_1(store, edition_id, part)
    files = {name: file(store, edition_id, part, name) for name in part.files}
    return Rendered(
        language=part.language,
        sender_name=part.sender_name,
        subject=part.subject,
        html=files[HTML].decode(),
        text=files[TEXT].decode(),
        pictures=tuple(
            Picture(name, body) for name, body in files.items() if name.endswith(".png")
        ),
        workbook=files.get(WORKBOOK, b""),
        standalone=files[STANDALONE],
    )


def read_sheets(store: ObjectStore, edition_id: str, part: Part) -> tuple[Sheet, ...] | None:
    """The figures of an archived edition; None in form 1, which had none."""
    if SHEETS not in part.files:
        return None
    return sheets.parse(file(store, edition_id, part, SHEETS))


def file(store: ObjectStore, edition_id: str, part: Part, name: str) -> bytes:
    """One file; raises ArchiveDamaged."""
    body = _get(store, edition_id, part, name)
    if hashlib.sha256(body).hexdigest() != part.files[name]:
        raise _damaged(edition_id, part, name, "has changed")
    return body


def _files(printed: Printed) -> dict[str, bytes]:
    rendered = printed.rendered
    return {
        HTML: rendered.html.encode(),
        TEXT: rendered.text.encode(),
        STANDALONE: rendered.standalone,
        SHEETS: sheets.dump(printed.sheets),
        **({WORKBOOK: rendered.workbook} if rendered.workbook else {}),
        **{picture.name: picture.png for picture in rendered.pictures},
    }


def _digest(files: Mapping[str, bytes], names: Sequence[str] | None = None) -> str:
    combined = hashlib.sha256()
    for name in names or files:
        combined.update(f"{name} {len(files[name])}\n".encode())
        combined.update(files[name])
    return combined.hexdigest()


def _read_version_1(store: ObjectStore, edition_id: str, part: Part) -> Rendered:
    """Three files with one digest, the picture as a file beside the HTML."""
    names = (HTML, TEXT, FIRST_PICTURE)
    files = {name: _get(store, edition_id, part, name) for name in names}
    if _digest(files, names) != part.sha256:
        raise _damaged(edition_id, part, HTML, "has changed")
    html, source = files[HTML].decode(), f'src="{FIRST_PICTURE}"'
    inline = f"data:image/png;base64,{base64.b64encode(files[FIRST_PICTURE]).decode()}"
    return Rendered(
        language=part.language,
        sender_name=part.sender_name,
        subject=part.subject,
        html=html.replace(source, f'src="cid:{FIRST_PICTURE}"'),
        text=files[TEXT].decode(),
        pictures=(Picture(FIRST_PICTURE, files[FIRST_PICTURE]),),
        workbook=b"",
        standalone=html.replace(source, f'src="{inline}"').encode(),
    )


def _get(store: ObjectStore, edition_id: str, part: Part, name: str) -> bytes:
    try:
        return store.get(keys.edition_part(edition_id, part.folder, name))
    except NotFound:
        raise _damaged(edition_id, part, name, "is missing") from None


def _damaged(edition_id: str, part: Part, name: str, what: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"{keys.edition_part(edition_id, part.folder, name)} {what}: nothing of {edition_id} is"
        f" mailed in this language. Restore the file, or remove {keys.edition(edition_id)} to make"
        " the edition again"
    )
