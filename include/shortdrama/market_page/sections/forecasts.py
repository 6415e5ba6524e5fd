"""What publishers expect, edition by edition, beside what we measure."""

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import Chart, Field, Section, rows_of
from shortdrama.market_page.source import WORLD, Source
from shortdrama.reports.words.publishers import publisher_name

SEGMENT = "microdramas"


def section(source: Source) -> Section:
    """Forecasts of microdramas by place, each edition a line of its own."""
    t, title = source.t, source.t("forecasts.page.title")
    found = source.read(
        """
        select geography, publisher, published_on, is_newest_vintage, segment, year, value_kind,
            forecast_usd, forecast_basis, basis_evidence, our_vendor, our_basis, our_months,
            our_run_rate_usd, comparable, reason, difference_pct, is_sample
        from marts.rpt_forecast_context
        where segment = $segment
        order by geography, publisher, published_on, year
        """,
        segment=SEGMENT,
    )
    quotable = source.quotable([row["publisher"] for row in found])
    found = [row for row in found if row["publisher"] in quotable.allowed]
    lead = [t("forecasts.lead")]
    if quotable.left_out:
        lead.append(t("left_out", publishers=source.voice.f.listed(list(quotable.left_out))))
    if not found:
        return Section("forecasts", title, empty=lead[1] if quotable.left_out else "")
    for row in found:
        day = source.voice.f.day(row["published_on"])  # type: ignore[arg-type]
        row["_publisher"] = publisher_name(str(row["publisher"]), source.voice.locale)
        row["_edition"] = source.voice.t("edition.of", publisher=row["_publisher"], day=day)
        row["_kind"] = source.word("value", row["value_kind"])
        row["_basis"] = source.word("money", row["forecast_basis"]) if row["forecast_basis"] else ""
        row["_gap"] = "" if row["forecast_usd"] is not None else t("gap.unpublished")
        if not source.apps.aggregates:
            row |= {"our_run_rate_usd": None, "difference_pct": None}
        row["_compared"] = (
            t("compared.yes") if row["comparable"] else source.word("compared", row["reason"])
        )
    rows = rows_of(found)
    base = (
        marks.rows()
        .transform_calculate(shown="datum._gap ? null : datum.forecast_usd")
        .encode(
            x=alt.X("year:O", axis=alt.Axis(title=None, labelAngle=0)),
            y=marks.figure_axis("shown", "usd"),
            color=marks.series("_edition", columns=1),
        )
    )
    # Hollow, of different shapes: an edition that repeats an earlier one must not hide it.
    dots = base.mark_point(size=110, strokeWidth=2.5, opacity=1, tooltip=True)
    picture = alt.layer(
        base.mark_line(strokeWidth=2), dots.encode(shape=alt.Shape("_edition:N", legend=None))
    )
    chart = Chart(
        name="forecasts",
        title=t("forecasts.chart"),
        rows=rows,
        spec=marks.spec(picture, 260),
        fields=(
            Field("_edition", t("field.edition")),
            Field("year", t("field.year")),
            Field("_kind", t("field.kind"), wide=True),
            Field("forecast_usd", t("figure.forecast"), "usd"),
            Field("_basis", t("field.basis"), wide=True),
            Field("our_run_rate_usd", t("figure.run_rate"), "usd"),
            Field("_compared", t("field.compared"), wide=True),
        ),
        origin=source.origin(
            "rpt_forecast_context", t("basis.forecasts"), rows.newest("published_on"), found
        ),
        selectors=(source.places(rows.each("geography"), WORLD),),
        note=t("forecasts.page.note"),
    )
    return Section("forecasts", title, tuple(lead), (chart,))
