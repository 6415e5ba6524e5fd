"""The example page in English."""

from datetime import date, timedelta
from decimal import Decimal

from page_parts import APPS, FIRST_MONDAY, arrow, bars, monthly, percent, sheet, weeks
from shortdrama.reports.page import (
    Answer,
    Banner,
    Bar,
    BarChart,
    DatedEvent,
    Figure,
    Footer,
    Lines,
    Page,
    Phrase,
    Point,
    Range,
    RangeChart,
    Series,
    Table,
    Tile,
    Tiles,
    TimeChart,
)


def english() -> Page:
    return Page(
        language="en",
        sender_name="Short-drama market weekly",
        subject="[Sample] US$51.8M net, +0.6%: short drama, 22–28 Sept",
        preheader="ReelShort drove the rise; US +1.1%; downloads flat; top-10 order unchanged",
        banners=(
            Banner("sample", "Sample data: simulated. Do not cite."),
            Banner("late", "Data through 30 Sept 2025: older than usual."),
        ),
        title="Short drama outside mainland China",
        period="22–28 Sept 2025",
        answer=Answer(
            claim="US$51.8M net revenue, +0.6% on the week",
            context="Second-highest of the 25 weeks on file; the highest is US$52.1M (8–14 Sept).",
            points=(
                Point(
                    "Apps",
                    "ReelShort +US$0.32M (+2.7%), more than the market’s whole US$0.30M rise;"
                    " NetShort −0.08M (−1.7%). Top-10 order unchanged.",
                ),
                Point("Countries", "US +US$0.26M (+1.1%); Germany −0.9%, France −1.5%."),
                Point("Downloads", "flat at 23.7M (−0.1%); US$2.19 net each (+0.7%)."),
                Point("To watch", "the peak of US$52.1M; next brief on 9 Oct."),
            ),
            scope="In-app purchases after store fees (Appfigures estimates); no ads, web or TikTok"
            " payments.",
        ),
        blocks=(
            Tiles(
                (
                    Tile("Net revenue", "US$51.8M", Phrase("+0.6%", "up", "on the week")),
                    Tile("Downloads", "23.7M", Phrase("flat", "flat", "on the week")),
                    Tile("Net revenue per download", "US$2.19", Phrase("+0.7%", "up")),
                    Tile("Apps with sales or downloads", "281", Phrase("−3", "down")),
                )
            ),
            Figure(
                "revenue",
                "Up 12% in 12 weeks, just below the September peak",
                "Net revenue rose from US$46.2M (week of 30 June) to US$51.8M (week of 22 Sept);"
                " the peak was US$52.1M (week of 8 Sept).",
                TimeChart(
                    (Series("Net revenue", weeks({0: "46.2", 10: "52.1", 12: "US$51.8M"})),),
                    tuple(
                        (FIRST_MONDAY + timedelta(weeks=week), label)
                        for week, label in ((0, "30 June"), (4, "28 July"), (8, "25 Aug"),
                                            (12, "22 Sept"))
                    ),
                    (
                        DatedEvent(date(2025, 7, 16), "Minis opens in the US"),
                        DatedEvent(date(2025, 7, 24), "Store fee cut"),
                        DatedEvent(date(2025, 9, 20), "TikTok deal announced"),
                    ),
                ),
                "Complete weeks only; labels are Mondays. US$ millions.",
            ),
            Table(
                "Top 10 apps by net revenue",
                ("#", "App", "Net rev. (US$M)", "Share", "WoW"),
                tuple(
                    (Phrase(str(number)), Phrase(app, detail=publisher), Phrase(millions),
                     Phrase(f"{float(millions) / 0.518:.1f}%"),
                     Phrase(percent(change) if change else "flat", arrow(change)))
                    for number, (app, publisher, _, millions, change) in enumerate(APPS, start=1)
                ),
                "No app revenue data for this week.",
                "Share of the whole market’s net revenue.",
            ),
            Figure(
                "countries",
                "The US brought 84% of the rise",
                "Net revenue: United States US$22.9M (+1.1%), Japan US$3.1M (+0.8%), Germany"
                " US$2.8M (−0.9%), France US$2.2M (−1.5%), Brazil US$1.4M.",
                BarChart(bars("US${value}M",
                               ("United States", "Japan", "Germany", "France", "Brazil"))),
            ),
            Figure(
                "drivers",
                "ReelShort rose by more than the whole market",
                "Change on the week: ReelShort +US$0.32M, DramaBox +0.06M, NetShort −0.08M.",
                BarChart(
                    (
                        Bar("ReelShort", Decimal("0.32"), "+0.32M", direction="up", tone="up"),
                        Bar("DramaBox", Decimal("0.06"), "+0.06M", direction="up", tone="up"),
                        Bar("NetShort", Decimal("-0.08"), "−0.08M", direction="down", tone="down"),
                    )
                ),
            ),
            Figure(
                "hashtags",
                "#shortdrama keeps growing, #reelshort has stopped",
                "Views by month, January to September: #shortdrama from 1.2B to 2.6B, #reelshort"
                " from 0.9B to 1.1B.",
                TimeChart(
                    (
                        Series("#shortdrama", monthly("1.2 1.3 1.5 1.6 1.9 2.0 2.2 2.5 2.6",
                                                       "1.2B", "2.6B")),
                        Series("#reelshort", monthly("0.9 1.0 1.1 1.2 1.2 1.2 1.1 1.1 1.1",
                                                      "0.9B", "1.1B"), "muted"),
                    ),
                    ((date(2025, 1, 1), "Jan"), (date(2025, 5, 1), "May"),
                     (date(2025, 9, 1), "Sept")),
                    from_zero=True,
                ),
            ),
            Figure(
                "forecasts",
                "Omdia expects US$14B worldwide in 2026",
                "Microdramas worldwide, China included: US$9B in 2024, US$11B in 2025 (estimate),"
                " US$14B in 2026 (forecast).",
                BarChart(
                    (
                        Bar("2024", Decimal(9), "US$9B", tone="muted"),
                        Bar("2025 (est.)", Decimal(11), "US$11B", "+22%", "up", "estimate"),
                        Bar("2026 (forecast)", Decimal(14), "US$14B", "+27%", "up", "forecast"),
                    )
                ),
                "Source: Omdia, 23 Feb 2026. Read as gross: our inference, Omdia does not say.",
            ),
            Figure(
                "prices",
                "A mini app costs less than the apps’ own subscriptions",
                "Price per episode US$0.10 to 0.60, per week US$5.99 to 19.99, per year from"
                " US$79.99.",
                RangeChart(
                    (
                        Range("One episode", Decimal("0.1"), Decimal("0.6"), "US$0.10–0.60"),
                        Range("One week", Decimal("5.99"), Decimal("19.99"), "US$5.99–19.99"),
                        Range("One year", Decimal("79.99"), None, "from US$79.99", "estimate"),
                    ),
                    ((Decimal("0.1"), "$0.10"), (Decimal(1), "$1"), (Decimal(10), "$10"),
                     (Decimal(100), "$100")),
                    is_log=True,
                ),
            ),
            Lines(
                "Q3 2025 (latest full quarter; change vs Q2)",
                (Phrase("US$647M net revenue", "up", "+12.8%"), Phrase("308M downloads", "up",
                 "+12.2%"), Phrase("298 apps")),
            ),
            Table("New in the top 50", ("#", "App", "Net rev. (US$M)"), (), "No new app."),
        ),
        pipeline=Lines(
            "Data status",
            (Phrase("Data through", detail="30 Sept 2025"),
             Phrase("Checks", detail="51 of 51 comparable published figures consistent")),
        ),
        footer=Footer(
            "Net revenue is after store fees; that Appfigures means net is our inference.",
            (Phrase("Edition", detail="weekly_brief/2025-W39"),
             Phrase("Snapshot", detail="20251001T021455Z-8f3c2a"),
             Phrase("Published", detail="1 Oct 2025, 08:00 (London)")),
            "Question, or a figure that looks wrong? Reply and quote the snapshot ID.",
        ),
        sheets=(sheet("Apps", ("App", "Net revenue (US$)", "Week of", "Rank")),),
    )  # fmt: skip
