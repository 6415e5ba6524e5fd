from datetime import timedelta
from html.parser import HTMLParser

import pytest

from shortdrama.reports.brief import DatasetState, WeeklyBrief
from shortdrama.reports.delivery.wording import LOCALES
from shortdrama.reports.layout.plain_text import WIDTH, Columns
from shortdrama.reports.render import render
from shortdrama.reports.words.formats import LocaleName


class Words(HTMLParser):
    """The words that a reader of the HTML sees, in order, and the picture's alternative."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.alt = ""
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in ("style", "title")
        if tag == "img":
            self.alt = dict(attrs).get("alt") or ""

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.parts.append(" ".join(data.split()))

    def __str__(self) -> str:
        return " ".join(self.parts)


def html_words(brief: WeeklyBrief, locale: LocaleName = "en") -> str:
    return str(Words(render(brief, locale).html))


def with_week(brief: WeeklyBrief, **changes: object) -> WeeklyBrief:
    return brief.model_copy(update={"week": brief.week.model_copy(update=changes)})


EVERYWHERE: dict[LocaleName, tuple[str, ...]] = {
    "en": (
        "Sample data — produced by a simulator calibrated to published figures; do not cite",
        "Short-drama market, week 39", "22–28 Sept 2025", "World ex-China", "net revenue in US$",
        "US$51.2M", "+2.1% vs previous week", "24.4M", "284", "US$2.12",
        "2025Q3", "298 apps", "308.0M downloads", "+12.2%", "US$647.0M net", "+12.8%",
        "ReelShort", "NewLeaf Publishing", "11.4M", "22.3%", "▲ 12", "▼ 1", "new",
        "United States", "45.6%",
        "2025 (estimate) US$11B", "2026 (forecast) US$14B", "1.90 times", "Vendor Omdia",
        "gross revenue", "not comparable with the app-store net revenue above",
        "Calibration check against published figures", "3 match",
        "figures up to 30 Sept 2025", "2 days before this edition",
        "inferred, not stated by the vendor", "weekly_brief/2025-W39",
        "20251001T021455Z-8f3c2a", "1 Oct 2025 02:14 UTC",
    ),
    "zh": (
        "示例数据", "短剧市场周报 第39周", "2025年9月22日至28日", "全球（不含中国）",
        "US$5,124万", "较上周 +2.1%", "2,440万", "298款应用", "下载3.08亿", "净收入US$6.47亿",
        "ReelShort", "1,142万", "新进", "美国", "US$140亿", "1.90倍", "Omdia", "不可比",
        "数据截至2025年9月30日", "20251001T021455Z-8f3c2a",
    ),
}  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
def test_html_and_text_say_the_same(example_brief: WeeklyBrief, locale: LocaleName) -> None:
    rendered = render(example_brief, locale)
    html, text = str(Words(rendered.html)), " ".join(rendered.text.split())
    joined = text.replace(" ", "")  # Chinese breaks a line anywhere
    assert [figure for figure in EVERYWHERE[locale] if figure not in html] == []
    missing = [f for f in EVERYWHERE[locale] if f.replace(" ", "") not in joined]
    assert missing == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_text_fits_a_page_of_78_columns(example_brief: WeeklyBrief, locale: LocaleName) -> None:
    lines = render(example_brief, locale).text.splitlines()
    assert [line for line in lines if Columns.of("en").count(line) > WIDTH] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_same_brief_renders_to_the_same_bytes(
    example_brief: WeeklyBrief, locale: LocaleName
) -> None:
    assert render(example_brief, locale) == render(example_brief, locale)


def test_the_picture_can_be_read_without_seeing_it(example_brief: WeeklyBrief) -> None:
    alt = Words(render(example_brief, "en").html).alt
    assert "2025-06-30 US$46.3M" in alt
    assert "2025-09-22 US$51.2M" in alt


def test_real_figures_carry_no_sample_banner(example_brief: WeeklyBrief) -> None:
    facts = example_brief.snapshot.model_copy(update={"is_sample": False})
    rendered = render(example_brief.model_copy(update={"snapshot": facts}), "en")
    assert "ample" not in rendered.html
    assert "ample" not in rendered.text
    assert rendered.subject == "Short-drama market, week 39: US$51.2M net revenue"
    assert "Check against published figures" in rendered.html


def test_a_sample_says_so_in_the_subject(example_brief: WeeklyBrief) -> None:
    assert render(example_brief, "en").subject.startswith("[Sample data] ")
    assert render(example_brief, "zh").subject.startswith("[示例数据] ")


def test_growth_without_a_base_is_not_available(example_brief: WeeklyBrief) -> None:
    first = with_week(example_brief, revenue_growth_pct=None, active_apps_change=None)
    assert render(first, "en").text.count("n/a vs previous week") == 2
    assert "暂无" in html_words(first, "zh")


def test_names_cannot_bring_markup_of_their_own(example_brief: WeeklyBrief) -> None:
    rendered = render(example_brief, "en")
    assert "Short Series &lt;HD&gt;" in rendered.html
    assert "Short Series <HD>" in rendered.text


def test_what_the_snapshot_has_not_is_said(example_brief: WeeklyBrief) -> None:
    datasets = {**example_brief.snapshot.datasets, "press.articles": DatasetState()}
    bare = example_brief.model_copy(
        update={
            "quarter": None,
            "forecast": None,
            "leaderboard": (),
            "countries": (),
            "snapshot": example_brief.snapshot.model_copy(update={"datasets": datasets}),
        }
    )
    words = html_words(bare)
    text = render(bare, "en").text
    for phrase in (
        "No quarter is complete in this snapshot yet.",
        "No Omdia forecast has been taken in yet.",
        "No app has revenue in this week.",
        "No country has figures for this week.",
        "press.articles",
        "nothing taken in yet",
    ):
        assert phrase in words
        assert phrase in text


def test_the_age_of_a_dataset_that_stayed_behind_is_shown(example_brief: WeeklyBrief) -> None:
    later = example_brief.model_copy(update={"made_at": example_brief.made_at + timedelta(days=12)})
    assert "taken in on 1 Oct 2025, 12 days before this edition" in html_words(later)


def test_a_dataset_whose_newer_load_was_refused_says_so(example_brief: WeeklyBrief) -> None:
    stayed = DatasetState(
        as_of=example_brief.as_of,
        accepted_at=example_brief.made_at,
        refused_since=("110 dollars for 11 billion",),
    )
    facts = example_brief.snapshot.model_copy(update={"datasets": {"omdia.forecasts": stayed}})
    brief = example_brief.model_copy(update={"snapshot": facts})
    assert "taken in on 1 Oct 2025 · newer data was refused by our checks" in html_words(brief)
    assert "更新的数据未通过检查" in html_words(brief, "zh")
