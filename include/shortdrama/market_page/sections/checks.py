"""How far the figures can be trusted: against published ones, and how fresh they are."""

import altair as alt

from shortdrama.market_page import marks
from shortdrama.market_page.model import Chart, Field, Section, Selector, rows_of
from shortdrama.market_page.source import Source

STATUSES = ("match", "bound_holds", "off", "not_comparable", "no_data")
COMPARED = ("match", "bound_holds", "off")


def reconciliation(source: Source) -> Section:
    """Every published figure beside ours, or why it cannot be compared."""
    t, title = source.t, source.t("reconciliation.page.title")
    found = source.read(
        """
        select fact_id, vendor, metric, geography, period, published_value, our_value, unit,
            difference_pct, comparable, status, reason, is_lower_bound, source, is_sample
        from marts.rpt_vendor_reconciliation
        order by list_position($statuses, status), vendor, fact_id
        """,
        statuses=list(STATUSES),
    )
    quotable = source.quotable([row["vendor"] for row in found])
    found = [row for row in found if row["vendor"] in quotable.allowed]
    lead = [t("reconciliation.lead")]
    if quotable.left_out:
        lead.append(t("left_out", publishers=source.voice.f.listed(list(quotable.left_out))))
    if not found:
        return Section("reconciliation", title, empty=lead[1] if quotable.left_out else "")
    for row in found:
        if not source.apps.rows:  # some are about single apps
            row |= {"our_value": None, "difference_pct": None}
        row["_place"] = source.place(row["geography"])
        row["_status"] = source.word("result", row["status"])
        row["_metric"] = source.word("metric", row["metric"])
        row["_bound"] = "≥" if row["is_lower_bound"] else ""
        row["_reason"] = source.word("unchecked", row["reason"]) if row["reason"] else ""
    rows = rows_of(found)
    known = [str(one) for one in rows.each("status")]
    options = tuple((one, source.word("result", one)) for one in known)
    picture = (
        marks.rows()
        .transform_filter("isValid(datum.difference_pct)")
        .mark_point(filled=True, size=80, opacity=0.75, tooltip=True)
        .encode(x=marks.across("difference_pct", "fine"), y=marks.names("vendor"),
                color=alt.value(marks.MAIN))
    )  # fmt: skip
    chart = Chart(
        name="reconciliation",
        title=t("reconciliation.chart"),
        rows=rows,
        spec=marks.spec(picture, marks.by_row(34)),
        fields=(
            Field("fact_id", t("field.fact")),
            Field("vendor", t("field.publisher"), wide=True),
            Field("_metric", t("field.what"), wide=True),
            Field("_place", t("field.place"), wide=True),
            Field("period", t("field.period")),
            Field("published_value", t("figure.published"), "count"),
            Field("our_value", t("figure.ours"), "count"),
            Field("difference_pct", t("figure.difference"), "fine"),
            Field("_reason", t("field.reason"), wide=True),
        ),
        origin=source.origin("rpt_vendor_reconciliation", t("basis.as_published"),
                             source.snapshot.created_at.date(), found),
        selectors=(Selector("status", t("choose.result"), options, known[0]),),
        note=t("reconciliation.page.note.sample" if source.snapshot.is_sample
               else "reconciliation.page.note"),
    )  # fmt: skip
    return Section("reconciliation", title, tuple(lead), (chart,))


def freshness(source: Source) -> Section:
    """How old each dataset was when the marts were built, and what was refused since."""
    t = source.t
    found = source.read(
        """
        select dataset, source, as_of_on, as_of_age_days, stale_after_days, accepted_at,
            accepted_loads, refused_loads, built_at, is_sample
        from marts.ops_freshness
        order by dataset
        """
    )
    title = t("freshness.title")
    if not found:
        return Section("freshness", title)
    for row in found:
        row["_name"] = source.voice.dataset(str(row["dataset"]))
        age, limit, refused = row["as_of_age_days"], row["stale_after_days"], row["refused_loads"]
        if age is None:
            row["_state"] = t("fresh.never")
        elif refused:
            row["_state"] = t("fresh.refused")
        else:
            row["_state"] = t("fresh.old" if int(age) > int(limit or 0) else "fresh.yes")  # type: ignore[arg-type]
        row["_sample"] = t("sample.yes") if row["is_sample"] else ""
    rows = rows_of(found)
    chart = Chart(
        name="freshness",
        title=t("freshness.chart"),
        rows=rows,
        fields=(
            Field("_name", t("field.dataset")),
            Field("as_of_on", t("field.as_of"), "day"),
            Field("as_of_age_days", t("field.age"), "number"),
            Field("stale_after_days", t("field.limit"), "number", wide=True),
            Field("refused_loads", t("field.refused"), "number", wide=True),
            Field("_state", t("field.state")),
            Field("_sample", t("field.sample"), wide=True),
        ),
        origin=source.origin(
            "ops_freshness", t("basis.pipeline"), source.snapshot.created_at.date(), found
        ),
        note=t("freshness.note"),
    )
    return Section("freshness", title, charts=(chart,))
