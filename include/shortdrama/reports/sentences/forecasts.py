"""Forecasts beside our own figure, with the reason why the two cannot be compared."""

from collections.abc import Sequence

from shortdrama.reports.facts.forecasts import Context
from shortdrama.reports.page import Bar, BarChart, Figure, Lines, Phrase
from shortdrama.reports.words.voice import Voice


def in_context(voice: Voice, rows: Sequence[Context], vendor: str) -> Figure | None:
    """Every forecast as a bar, and our run-rate of each year that we measured as another."""
    if not rows:
        return None
    bars = []
    for year in sorted({row.year for row in rows}):
        of_year = [row for row in rows if row.year == year]
        measured = of_year[0]
        if measured.our_run_rate_usd is not None:
            bars.append(
                Bar(
                    name=voice.t("forecast.ours"),
                    value=measured.our_run_rate_usd,
                    label=voice.f.usd(measured.our_run_rate_usd),
                    change=voice.t("forecast.year", year=year),
                )
            )
        bars += [
            Bar(
                name=row.publisher,
                value=row.forecast_usd,
                label=voice.f.usd(row.forecast_usd),
                change=voice.t("forecast.year", year=year),
                tone="forecast" if row.value_kind == "forecast" else "estimate",
            )
            for row in of_year
        ]
    return Figure(
        name="forecasts",
        title=_title(voice, rows),
        alt=voice.t(
            "forecast.alt",
            list=voice.t("semicolon").join(
                voice.t("forecast.bar", name=bar.name, year=bar.change, value=bar.label)
                for bar in bars
            ),
        ),
        chart=BarChart(tuple(bars)),
        note=voice.sentences([voice.t("forecast.note"), *_months(voice, rows, vendor)]),
    )


def comparison(voice: Voice, rows: Sequence[Context]) -> Lines | None:
    """Each forecast: comparable with its difference, or why not and without a percentage."""
    if not rows:
        return None
    return Lines(
        voice.t("forecast.context.title"), tuple(Phrase(_compared(voice, row)) for row in rows)
    )


def _months(voice: Voice, rows: Sequence[Context], vendor: str) -> list[str]:
    """How many months our run-rates rest on."""
    measured = {row.year: row.our_months for row in rows if row.our_run_rate_usd is not None}
    return [
        voice.t("forecast.months", year=year, months=months, vendor=vendor)
        for year, months in sorted(measured.items())
    ]


def why_not(voice: Voice, row: Context) -> str:
    """Why a forecast cannot be compared; in general words for a reason that is new."""
    key = f"forecast.reason.{row.reason}"
    return voice.t(key if voice.has(key) else "forecast.reason.unknown")


def _title(voice: Voice, rows: Sequence[Context]) -> str:
    """The newest forecast of the first year, and our run-rate of it if there is one."""
    first = rows[0]
    texts = [
        voice.t(
            "forecast.title",
            publisher=first.publisher,
            year=first.year,
            value=voice.f.usd(first.forecast_usd),
        )
    ]
    if first.our_run_rate_usd is not None:
        ours = voice.f.usd(first.our_run_rate_usd)
        key = "forecast.title.ours" if first.comparable else "forecast.title.not_comparable"
        texts.append(voice.t(key, ours=ours))
    return voice.t("semicolon").join(texts)


def _compared(voice: Voice, row: Context) -> str:
    said = voice.t(
        "forecast.said",
        publisher=row.publisher,
        published=voice.f.month(row.published_on),
        year=row.year,
        value=voice.f.usd(row.forecast_usd),
    )
    if row.comparable and row.difference_pct is not None:
        verdict = voice.t("forecast.comparable", difference=voice.f.pct_change(row.difference_pct))
    else:
        verdict = why_not(voice, row)
    return voice.sentence([said, verdict])
