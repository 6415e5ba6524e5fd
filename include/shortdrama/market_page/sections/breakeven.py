"""How much a drama in Minis must find to earn its production cost: arithmetic on assumptions."""

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import Chart, Field, Section, Selector, rows_of
from shortdrama.market_page.source import Row, Source

MODELS = ("paid_unlock", "subscription", "ad_share")
CASES = ("best", "base", "worst")


def section(source: Source) -> Section:
    """The best, base and worst case of each model, and what each assumption moves."""
    t = source.t
    found = source.read(
        """
        select distinct scenario_id, revenue_model, moved_assumption, moved_to, production_cost_usd,
            licence_fee_usd, unit_counted, gross_per_unit_usd, kept_by_platform_ratio,
            net_per_unit_usd, break_even_units, break_even_change_pct, sensitivity_rank
        from marts.rpt_monetisation_breakeven
        where moved_assumption is not null
            or scenario_id in (select unnest($cases))
        order by revenue_model, sensitivity_rank nulls first, scenario_id
        """,
        cases=[f"{model}.{case}" for model in MODELS for case in CASES],
    )
    title = t("breakeven.page.title")
    if not found:
        return Section("breakeven", title)
    for row in found:
        case = str(row["scenario_id"]).rpartition(".")[2]
        moved = row["moved_assumption"]
        row["_name"] = source.voice.begins(
            source.word("assumption", moved) if moved else source.word("case", case)
        )
        row["_end"] = source.word("end", row["moved_to"]) if row["moved_to"] else ""
        row["_gap"] = t("gap.never") if row["break_even_units"] is None else ""
        rank = row["sensitivity_rank"]
        after = len(CASES) + rank if isinstance(rank, int) else len(CASES)
        row["_place"] = CASES.index(case) if case in CASES else after
    found.sort(key=_order)
    rows = rows_of(found)
    there = [str(one) for one in rows.each("revenue_model")]
    there.sort(key=lambda one: MODELS.index(one) if one in MODELS else len(MODELS))
    models = tuple((one, source.word("model", one)) for one in there)
    base = (
        marks.rows()
        .transform_filter("!datum._gap")
        .encode(
            x=marks.across("break_even_units", "count", marks.log()),
            y=marks.names("_name", alt.EncodingSortField("_place", op="min", order="ascending")),
        )
    )
    spans = base.mark_line(color=marks.MUTED, strokeWidth=3).encode(detail="_name:N")
    dots = base.mark_point(filled=True, size=110, opacity=1, tooltip=True).encode(
        color=alt.condition("datum.moved_assumption", alt.value("var(--s2)"), alt.value(marks.MAIN))
    )
    chart = Chart(
        name="break-even",
        title=t("breakeven.chart"),
        rows=rows,
        spec=marks.spec(alt.layer(spans, dots), marks.by_row(30)),
        fields=(
            Field("_name", t("field.scenario")),
            Field("_end", t("field.end")),
            Field("break_even_units", t("figure.needed"), "count"),
            Field("break_even_change_pct", t("field.against_base"), "change"),
            Field("production_cost_usd", t("figure.cost"), "usd", wide=True),
            Field("net_per_unit_usd", t("figure.net_unit"), "usd", wide=True),
            Field("_gap", t("field.remark"), wide=True),
        ),
        origin=source.origin("rpt_monetisation_breakeven", t("basis.arithmetic"), None, []),
        selectors=(Selector("revenue_model", t("choose.model"), models, models[0][0]),),
        note=t("breakeven.page.note"),
    )
    return Section("breakeven", title, (t("breakeven.lead"),), (chart,))


def _order(row: Row) -> tuple[str, int, str]:
    place = row["_place"]
    return (
        str(row["revenue_model"]),
        place if isinstance(place, int) else 0,
        str(row["scenario_id"]),
    )
