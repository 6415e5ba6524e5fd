"""The example page in Chinese."""

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


def chinese() -> Page:
    return Page(
        language="zh-CN",
        sender_name="海外短剧市场周报",
        subject="【示例】净收入5181万美元，环比+0.6%｜海外短剧周报 9.22–9.28",
        preheader="ReelShort贡献主要增量；美国+1.1%；下载量持平；Top10座次未变。",
        banners=(
            Banner("sample", "示例数据：模拟生成，请勿引用"),
            Banner("late", "数据截至2025年9月30日，较平常滞后"),
        ),
        title="海外短剧市场周报",
        period="2025年9月22日—28日",
        answer=Answer(
            claim="内购净收入5181万美元，环比+0.6%",
            context="25周次高；最高为9月8日—14日的5212万美元",
            points=(
                Point(
                    "应用",
                    "ReelShort +32万美元（+2.7%），超过大盘增量30万美元；NetShort −8万美元"
                    "（−1.7%）；Top10座次未变",
                ),
                Point("市场", "美国 +26万美元（+1.1%）；德国−0.9%，法国−1.5%"),
                Point("下载", "2368万次，基本持平（−0.1%）；单次下载收入2.19美元（+0.7%）"),
                Point("关注", "能否突破5212万美元的前高；下期10月9日发布"),
            ),
            scope="口径：中国大陆以外，App Store与Google Play内购，已扣平台抽成；不含广告变现、"
            "网页充值、TikTok站内付费。Appfigures估算",
        ),
        blocks=(
            Tiles(
                (
                    Tile("内购净收入", "5181万美元", Phrase("+0.6%", "up", "环比")),
                    Tile("下载量", "2368万次", Phrase("持平", "flat", "环比")),
                    Tile("单次下载收入", "2.19美元", Phrase("+0.7%", "up", "环比")),
                    Tile("有数据的应用", "281款", Phrase("−3", "down", "环比")),
                )
            ),
            Figure(
                "revenue",
                "12周增长12%，略低于9月高点",
                "净收入由4619万美元（6月30日当周）升至5181万美元（9月22日当周）；"
                "高点5212万美元（9月8日当周）。",
                TimeChart(
                    (Series("净收入", weeks({0: "4619万", 10: "5212万", 12: "5181万美元"})),),
                    tuple(
                        (FIRST_MONDAY + timedelta(weeks=week), label)
                        for week, label in ((0, "6/30"), (4, "7/28"), (8, "8/25"), (12, "9/22"))
                    ),
                    (
                        DatedEvent(date(2025, 7, 16), "Minis在美国上线"),
                        DatedEvent(date(2025, 7, 24), "商店抽成下调"),
                        DatedEvent(date(2025, 9, 20), "TikTok交易公布"),
                    ),
                ),
                "仅含数据完整的周，横轴为每周一；单位：万美元",
            ),
            Table(
                "净收入Top10应用",
                ("名次", "应用", "净收入（万美元）", "占比", "环比"),
                tuple(
                    (Phrase(str(number)), Phrase(app, detail=publisher),
                     Phrase(f"{float(millions) * 100:.0f}"),
                     Phrase(f"{float(millions) / 0.518:.1f}%"),
                     Phrase(percent(change) if change else "持平", arrow(change)))
                    for number, (app, _, publisher, millions, change) in enumerate(APPS, start=1)
                ),
                "本周暂无应用收入数据。",
                "占比＝占整体净收入；环比与上周相比。",
            ),
            Figure(
                "countries",
                "美国贡献84%的增量",
                "净收入：美国2290万美元（+1.1%），日本310万美元（+0.8%），德国280万美元（−0.9%），"
                "法国220万美元（−1.5%），巴西140万美元。",
                BarChart(bars("{wan}万美元", ("美国", "日本", "德国", "法国", "巴西"))),
            ),
            Figure(
                "drivers",
                "ReelShort增量超过大盘",
                "环比增减：ReelShort +32万美元；DramaBox +6万美元；NetShort −8万美元。",
                BarChart(
                    (
                        Bar("ReelShort", Decimal(32), "+32万", direction="up", tone="up"),
                        Bar("DramaBox", Decimal(6), "+6万", direction="up", tone="up"),
                        Bar("NetShort", Decimal(-8), "−8万", direction="down", tone="down"),
                    )
                ),
            ),
            Figure(
                "hashtags",
                "#shortdrama持续上升，#reelshort停滞",
                "1月至9月每月播放量：#shortdrama由12亿升至26亿；#reelshort由9亿升至11亿。",
                TimeChart(
                    (
                        Series("#shortdrama", monthly("12 13 15 16 19 20 22 25 26",
                                                       "12亿", "26亿")),
                        Series("#reelshort", monthly("9 10 11 12 12 12 11 11 11",
                                                      "9亿", "11亿"), "muted"),
                    ),
                    ((date(2025, 1, 1), "1月"), (date(2025, 5, 1), "5月"),
                     (date(2025, 9, 1), "9月")),
                    from_zero=True,
                ),
            ),
            Figure(
                "forecasts",
                "Omdia预计2026年全球达140亿美元",
                "全球微短剧收入（含中国大陆）：2024年90亿美元；2025年110亿美元（估算）；"
                "2026年140亿美元（预测）。",
                BarChart(
                    (
                        Bar("2024年", Decimal(90), "90亿美元", tone="muted"),
                        Bar("2025年（估算）", Decimal(110), "110亿美元", "+22%", "up", "estimate"),
                        Bar("2026年（预测）", Decimal(140), "140亿美元", "+27%", "up", "forecast"),
                    )
                ),
                "来源：Omdia，2026年2月23日发布。按总收入理解，系我方推断，Omdia未说明。",
            ),
            Figure(
                "prices",
                "小程序订阅比独立应用便宜",
                "单集0.10—0.60美元；周订阅5.99—19.99美元；年订阅79.99美元起。",
                RangeChart(
                    (
                        Range("单集", Decimal("0.1"), Decimal("0.6"), "0.10–0.60美元"),
                        Range("周订阅", Decimal("5.99"), Decimal("19.99"), "5.99–19.99美元"),
                        Range("年订阅", Decimal("79.99"), None, "79.99美元起", "estimate"),
                    ),
                    ((Decimal("0.1"), "0.1"), (Decimal(1), "1"), (Decimal(10), "10"),
                     (Decimal(100), "100美元")),
                    is_log=True,
                ),
            ),
            Lines(
                "2025年第三季度（最近一个完整季度，环比）",
                (Phrase("净收入6.47亿美元", "up", "+12.8%"), Phrase("下载量3.08亿次", "up",
                 "+12.2%"), Phrase("298款应用")),
            ),
            Table("新进前50的应用", ("名次", "应用", "净收入（万美元）"), (), "无新上榜应用。"),
        ),
        pipeline=Lines(
            "数据更新情况",
            (Phrase("数据截至", detail="2025年9月30日"),
             Phrase("核对", detail="51项可比的公开数据全部一致")),
        ),
        footer=Footer(
            "净收入为扣除应用商店抽成后的金额；Appfigures所指为净额，系我方推断。",
            (Phrase("期号", detail="weekly_brief/2025-W39"),
             Phrase("数据快照编号", detail="20251001T021455Z-8f3c2a"),
             Phrase("发布时间", detail="2025年10月1日 16:00（北京时间）")),
            "如有疑问或发现数据有误，请直接回复并附上快照编号。",
        ),
        colon="：",
        sheets=(sheet("应用", ("应用", "净收入（美元）", "当周周一", "名次")),),
    )  # fmt: skip
