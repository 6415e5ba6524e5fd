"""What a load was asked for and answered, in words and as a table for people."""

from collections.abc import Iterator

from shortdrama.lake.answers import Answers, Calls, Rows

SHOWN = 5
"""Lines of a kind in a summary; `shortdrama load answers` shows all of them."""


def summary(answers: Answers, before: Answers | None = None) -> list[str]:
    """A few lines: totals, the calls without entries by name, and the countries that lost most.

    `before` is the load that this one is compared with.
    """
    lines = [_totals(answers), *_without_entries(answers)]
    if before is not None:
        lines += _losses(answers, before)
    return [*lines, f"All of it: shortdrama load answers {answers.load_id}"]


def table(answers: Answers, before: Answers | None = None) -> Iterator[str]:
    """Every line of calls and of rows, at most 80 columns wide."""
    yield _totals(answers)
    yield ""
    yield f"{'calls':<32}{'answered':>9}{'empty':>6}{'refused':>8}{'entries':>12}{'MB':>10}"
    for line in answers.calls:
        cells = (
            f"{line.answered:>9}{line.empty:>6}{line.refused:>8}{_number(line.entries):>12}"
            f"{_megabytes(line.body_bytes):>10}"
        )
        # A long name gets a line of its own.
        yield line.name if len(line.name) > 31 else f"{line.name:<32}{cells}"
        if len(line.name) > 31:
            yield f"{'':<32}{cells}"
    if answers.rows is None:
        return
    yield ""
    yield f"{'country':<12}{'rows':>14}{'products':>12}{'rows before':>16}{'products before':>18}"
    for row in answers.rows:
        was = before.rows_of(row.country_code) if before else None
        yield (
            f"{_country(row):<12}{row.rows:>14,}{row.products:>12,}"
            f"{_number(was.rows if was else None):>16}"
            f"{_number(was.products if was else None):>18}"
        )


def _totals(answers: Answers) -> str:
    count = sum(line.count for line in answers.calls)
    calls = f"{count} call{'s' * (count != 1)}"
    calls += f": {answers.count('answered')} answered, {answers.count('empty')} empty"
    calls += f", {answers.count('refused')} refused"
    if answers.rows is None:
        return f"{calls}; no rows could be made of the answers"
    return f"{calls}; {sum(row.rows for row in answers.rows):,} rows"


def _without_entries(answers: Answers) -> list[str]:
    def said(line: Calls) -> str:
        parts = [f"{line.empty} empty"] * bool(line.empty)
        parts += [f"{line.refused} refused, as if there were nothing"] * bool(line.refused)
        return f"- {line.name or 'the call'}: {', '.join(parts)}, of {line.count}"

    lines = [said(line) for line in answers.calls if line.empty or line.refused]
    called = {line.country_code for line in answers.calls if line.empty or line.refused}
    lines += [
        f"- {_country(row)}: no rows"
        for row in answers.rows or ()
        if not row.rows and row.country_code not in called
    ]
    return _first(lines)


def _losses(answers: Answers, before: Answers) -> list[str]:
    """The countries that have fewer rows than before, the largest share first."""
    lost: list[tuple[float, str]] = []
    for row in answers.rows or ():
        was = before.rows_of(row.country_code)
        if was is not None and was.rows > row.rows:
            share = 1 - row.rows / was.rows
            lost.append(
                (
                    share,
                    f"- {_country(row)}: {row.rows:,} rows of {row.products:,} products"
                    f" (before: {was.rows:,} of {was.products:,}), {share:.0%} fewer rows",
                )
            )
    lost.sort(key=lambda pair: -pair[0])
    return _first([line for _, line in lost])


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"- and {more} more"] if more > 0 else [])]


def _country(row: Rows) -> str:
    return row.country_code or "all"


def _number(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _megabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 1e6:,.2f}"
