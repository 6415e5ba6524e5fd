"""The inboxes on the command line."""

import json
import re
import textwrap
from collections.abc import Iterable, Sized
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shortdrama.cli.shared import MAX_WIDTH, Json, open_store, out
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.ingest.inbox_check import Checked

app = typer.Typer(no_args_is_help=True, help="Files that people hand in.")
layout_app = typer.Typer(no_args_is_help=True, help="Layouts: what a house's workbooks look like.")
app.add_typer(layout_app, name="layout")

SHOWN_ROWS = 20
_COMMAND = re.compile("`[^`]*`")
Source = Annotated[str, typer.Argument(help="The source, e.g. omdia.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


@app.command("put")
def inbox_put(
    source: Source,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    anyway: Annotated[bool, typer.Option(help="Drop it even if it will be refused.")] = False,
) -> None:
    """Drop files into the inbox of a source, unless reading them finds problems."""
    from shortdrama.ingest.inbox_check import check_file
    from shortdrama.lake import keys
    from shortdrama.sources.files.workbook import MAX_BYTES, too_large
    from shortdrama.sources.inbox import passed_over

    _check_source(source)
    store, refused = open_store(), False
    for file in files:
        size = file.stat().st_size
        if why := passed_over(file.name, size):
            print(f"{file.name} is passed over: {why}")
            continue
        if size > MAX_BYTES:
            problems: tuple[str, ...] = (f"{file.name}: {too_large(size)}",)
        else:
            content = file.read_bytes()
            checked = check_file(source, content, file.name, settings(), store, with_gate=False)
            problems = checked.problems
        _print_items(problems)
        if problems and not anyway:
            print(f"{file.name} was not dropped; correct it, or drop it with --anyway")
            refused = True
            continue
        key = keys.inbox(source) + file.name
        store.upload(file, key)
        out.print(f"{key} is in; its DAG takes it on its next run")
    if refused:
        raise typer.Exit(1)


@app.command("check")
def inbox_check(source: Source, file: File, as_json: Json = False) -> None:
    """Say what would become of a file: all problems, its rows, and what they change."""
    from shortdrama.ingest.inbox_check import Checked, check_file
    from shortdrama.sources.files.workbook import WorkbookRefused

    _check_source(source)
    try:
        checked = check_file(source, _content(file), file.name, settings(), open_store())
    except WorkbookRefused as refused:
        checked = Checked(file_name=file.name, dataset=source, problems=(str(refused),))
    if as_json:
        print(checked.model_dump_json())
    else:
        _print_checked(checked)
    if checked.problems:
        raise typer.Exit(1)


@app.command("template")
def inbox_template(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. minis.catalog.")],
) -> None:
    """Print a file to fill in, with a remark on every column."""
    from shortdrama.sources.files.own_csv import template

    print(template(dataset), end="")


@layout_app.command("draft")
def layout_draft(
    file: File,
    layout_id: Annotated[str, typer.Option("--id", help="Id of the layout.")] = "new_house",
) -> None:
    """Propose a layout for a workbook of a new house; TODO stands where you must decide."""
    from shortdrama.sources.omdia.draft import draft_layout

    print(draft_layout(_content(file), file.name, layout_id), end="")


@layout_app.command("check")
def layout_check(
    layout: File,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A workbook to try it on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Review a layout before it goes into the lake, and try it on a workbook."""
    from shortdrama.sources.files.workbook import WorkbookRefused
    from shortdrama.sources.omdia.layouts import read_layout
    from shortdrama.sources.omdia.shelf import check_new, shelf
    from shortdrama.sources.omdia.workbook import parse_workbook

    known, store = read_layout(layout.read_bytes(), layout.name), open_store()
    there = shelf(store)
    check_new(known, [one for one in there.layouts if one.content != known.content], store)
    found: dict[str, Any] = {"layout": known.layout.id, "sha256": known.sha256}
    if file is not None:
        try:
            workbook = parse_workbook(_content(file), file.name, there.with_layout(known))
        except WorkbookRefused as refused:
            found["problems"] = [str(problem) for problem in refused.problems]
        else:
            found |= {"read_by": workbook.known.layout.id, "figures": len(workbook.rows)}
    if as_json:
        print(json.dumps(found))
    else:
        _print_layout(found, layout)
    if found.get("problems"):
        raise typer.Exit(1)


@layout_app.command("put")
def layout_put(layout: File) -> None:
    """Put a layout into the lake, where the next file of that house finds it."""
    from shortdrama.lake import keys
    from shortdrama.sources.omdia.layouts import read_layout
    from shortdrama.sources.omdia.shelf import SOURCE, check_new, shelf

    known, store = read_layout(layout.read_bytes(), layout.name), open_store()
    check_new(known, [one for one in shelf(store).layouts if one.content != known.content], store)
    key = f"{keys.inbox_layouts(SOURCE)}{known.layout.id}.json"
    store.upload(layout, key)
    print(f"{key} is in; files that were refused before: `shortdrama gate list`, then replay")


def _print_layout(found: dict[str, Any], layout: Path) -> None:
    print(f"layout {found['layout']} is well formed, sha256 {found['sha256'][:12]}")
    _print_items(found.get("problems", []))
    if "figures" in found:
        print(f"the workbook is read by {found['read_by']}: {found['figures']} figures")
    if not found.get("problems"):
        print(f"put it into the lake: shortdrama inbox layout put {layout}")


def _print_checked(checked: "Checked") -> None:
    by = f" by the layout {checked.layout}" if checked.layout else ""
    encoding = f", {checked.encoding}" if checked.encoding else ""
    print(f"{checked.file_name}: {checked.dataset}{by}{encoding}")
    _print_items([*checked.problems, *(f"note: {note}" for note in checked.notes)])
    _print_rows(checked)
    if checked.compared_with:
        print(f"against {checked.compared_with}: {len(checked.differences)} figures differ")
    _print_items(
        f"{one.about}: {_said(one.before)} before, now {_said(one.now)}"
        for one in checked.differences[:SHOWN_ROWS]
    )
    verdict = f"{_count(checked.problems, 'problem')}: it would be refused"
    print(verdict if checked.problems else f"{_count(checked.rows, 'row')} would be taken")


def _print_rows(checked: "Checked") -> None:
    """What all rows say once, and of each the rest."""
    first = next(iter(checked.rows), {})
    common = [name for name in first if len({row[name] for row in checked.rows}) == 1]
    if len(checked.rows) > 1:
        _print_items([f"all rows: {_values([first[name] for name in common])}"])
    own = [name for name in first if len(checked.rows) == 1 or name not in common]
    for row in checked.rows[:SHOWN_ROWS]:
        text = _values(row[name] for name in own)
        print(textwrap.fill(text, MAX_WIDTH, initial_indent="  ", subsequent_indent="      "))
    if len(checked.rows) > SHOWN_ROWS:
        print(f"  and {len(checked.rows) - SHOWN_ROWS} more; --json prints them all")


def _values(values: Iterable[object]) -> str:
    return ", ".join(_said(value) for value in values if value not in (None, ""))


def _print_items(items: Iterable[str]) -> None:
    """Each as a paragraph that fits a screen; commands in backticks stay whole."""
    for item in items:
        whole = _COMMAND.sub(lambda match: match[0].replace(" ", "\u00a0"), item)
        lines = textwrap.wrap(whole, MAX_WIDTH - 2, break_on_hyphens=False, break_long_words=False)
        text = "\n".join(lines).replace("\u00a0", " ")
        print(textwrap.indent(text, "  ").replace("  ", "- ", 1))


def _count(found: Sized, what: str) -> str:
    return f"{len(found):,} {what}" + ("" if len(found) == 1 else "s")


def _said(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    return "nothing" if value is None else str(value)


def _content(file: Path) -> bytes:
    """The file's bytes; one that is too large is refused before it is read."""
    from shortdrama.sources.files.workbook import MAX_BYTES, WorkbookRefused, too_large

    size = file.stat().st_size
    if size > MAX_BYTES:
        raise WorkbookRefused(file.name, too_large(size))
    return file.read_bytes()


def _check_source(source: str) -> None:
    from shortdrama.datasets import sources_by
    from shortdrama.datasets.model import Inbox

    sources = sources_by(Inbox)
    if source not in sources:
        raise typer.BadParameter(f"{source!r} has no inbox; there are: {', '.join(sources)}")
