"""The layouts that come with this software, one JSON file each; its name is the layout's id."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from shortdrama.core.errors import SchemaError
from shortdrama.sources.omdia.layout import Layout

TO_DO = "TODO"
"""Stands in a draft where only a person knows; a layout with it is refused."""


class LayoutRefused(SchemaError):
    """A layout file cannot be used; says which, why and what to do."""


@dataclass(frozen=True)
class KnownLayout:
    """A layout, the bytes it was read from, and their SHA-256."""

    layout: Layout
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the file: which version of the layout this is."""
        return hashlib.sha256(self.content).hexdigest()


def read_layout(content: bytes, file_name: str) -> KnownLayout:
    """The layout in a file; raises LayoutRefused with every field that is wrong."""
    open_lines = [
        f"line {number}: {line.strip()}"
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1)
        if TO_DO in line
    ]
    if open_lines:
        raise LayoutRefused(
            f"the layout {file_name} is a draft; fill in {len(open_lines)} lines: "
            + "; ".join(open_lines)
        )
    try:
        layout = Layout.model_validate_json(content)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}"
            for each in error.errors(include_url=False)
        )
        raise LayoutRefused(f"the layout {file_name} cannot be used: {problems}") from None
    if f"{layout.id}.json" != file_name:
        raise LayoutRefused(
            f"the layout {file_name} calls itself {layout.id!r}; name the file {layout.id}.json"
        )
    return KnownLayout(layout, content)


def packaged_layouts() -> list[KnownLayout]:
    """Those of this folder, by name."""
    return [
        read_layout(path.read_bytes(), path.name)
        for path in sorted(Path(__file__).parent.glob("*.json"))
    ]
