"""The market page as a browser shows it, offline; UPDATE_DOCS draws the documents' pictures."""

import csv
import os
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

import market_pages
from browsers import LOW_CONTRAST, SIGNS_WITHOUT_A_SHAPE, needs_chromium, widths
from shortdrama.core.settings import REPOSITORY
from shortdrama.reports.words.formats import LocaleName

pytestmark = [pytest.mark.browser, needs_chromium]

IMAGES = REPOSITORY / "docs" / "images"
LOCALES: tuple[LocaleName, ...] = ("en", "zh")
MOST_PICTURE, MOST_PAGE = 100_000, 4_000_000
HEIGHT = 844
DRAWN = "html[data-drawn=yes]"
FORMULA = '=HYPERLINK("http://x","y")'
HOSTILE = "</script><img src=x onerror=\"document.title='run'\">"

Files = dict[str, Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("pages")
    found: Files = {}
    with market_pages.marts() as marts:
        for locale in LOCALES:
            found[locale] = folder / f"market-{locale}.html"
            found[locale].write_text(market_pages.page(marts, locale), encoding="utf-8")
            assert found[locale].stat().st_size <= MOST_PAGE
        marts.execute(
            "update marts.rpt_app_leaderboard_monthly set app_name = $1, publisher = $2",
            [HOSTILE, FORMULA],
        )
        marts.execute("update marts.fct_market_events set title_en = $1", [HOSTILE])
        marts.execute("update marts.rpt_app_leaderboard_monthly set downloads = 9007199254740993")
        found["hostile"] = folder / "hostile.html"
        found["hostile"].write_text(market_pages.page(marts), encoding="utf-8")
    with market_pages.empty() as marts:
        found["empty"] = folder / "empty.html"
        found["empty"].write_text(market_pages.page(marts), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """Nothing but the file itself is reached."""
    context = browser.new_context(offline=True, accept_downloads=True)
    yield context
    context.close()


def opened(context: BrowserContext, path: Path, width: int = 1280, scheme: str = "light") -> Page:
    """The page with all its charts; an error, or a request that is not the file's, fails."""
    shown = context.new_page()
    shown.set_viewport_size({"width": width, "height": HEIGHT})
    shown.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wrong: list[str] = []
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    shown.on(
        "request",
        lambda asked: (
            wrong.append(asked.url)
            if asked.url != path.as_uri() and not asked.url.startswith(("data:", "blob:"))
            else None
        ),
    )
    shown.goto(path.as_uri())
    shown.wait_for_selector(DRAWN, state="attached")
    assert wrong == []
    return shown


@pytest.fixture(scope="module")
def pages(offline: BrowserContext, files: Files) -> dict[str, Page]:
    return {name: opened(offline, path) for name, path in files.items()}


@pytest.fixture(params=LOCALES)
def shown(pages: dict[str, Page], request: pytest.FixtureRequest) -> Page:
    page = pages[request.param]
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    page.emulate_media(color_scheme="light", media="screen")
    return page


def chosen(page: Page, chart: str, column: str, value: str) -> None:
    page.select_option(f"#chart-{chart} select[data-column={column}]", value)
    page.wait_for_function("document.fonts.ready")


def test_every_chart_is_drawn(shown: Page) -> None:
    empty = "els => els.filter(one => !one.querySelector('svg path, svg text')).length"
    assert shown.locator(".plot").count() == 12
    assert shown.eval_on_selector_all(".plot", empty) == 0


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(
    offline: BrowserContext, files: Files, width: int
) -> None:
    for name in ("en", "hostile"):
        page = opened(offline, files[name], width)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        scroll, client = widths(page)
        assert scroll <= client == width, name
        page.close()


def test_every_text_stands_out_and_every_sign_has_a_shape(shown: Page) -> None:
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert shown.evaluate(LOW_CONTRAST) == []
    assert shown.evaluate(SIGNS_WITHOUT_A_SHAPE) == []


def test_a_choice_changes_what_is_drawn_and_says_what_is_not(pages: dict[str, Page]) -> None:
    page = pages["en"]
    before = page.locator("#chart-market-size .plot svg").inner_html()
    chosen(page, "market-size", "mart", "rpt_market_size_weekly")
    page.wait_for_function(
        "(before) => document.querySelector('#chart-market-size .plot svg')?.innerHTML !== before",
        arg=before,
    )
    said = page.locator("#chart-market-size .gaps").inner_text()
    assert "2025-W40 (incomplete: 28.6% of its days are covered)" in said
    assert page.locator("#chart-market-size tbody tr").count() == 27
    chosen(page, "market-size", "mart", "rpt_market_size_monthly")


def test_a_tooltip_has_the_figures_of_its_row(shown: Page) -> None:
    bar = shown.locator("#chart-leaders .plot path[aria-roledescription=bar]").first
    bar.scroll_into_view_if_needed()
    bar.hover(force=True)
    said = shown.locator("#tip").inner_text()
    assert "ReelShort" in said
    assert ("US$51.5M" in said) or ("5145万美元" in said)


def test_a_download_has_the_exact_rows_of_the_choice(
    pages: dict[str, Page],
) -> None:
    page = pages["hostile"]
    chosen(page, "leaders", "geography", "US")
    with page.expect_download() as found:
        page.click("#chart-leaders .csv")
    assert found.value.suggested_filename == "leaders-20260225T080000Z-8306d70b.csv"
    text = Path(found.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert {row["geography"] for row in rows} == {"US"}
    assert {row["downloads"] for row in rows} == {"9007199254740993"}
    assert {row["app_name"] for row in rows} == {HOSTILE}
    assert {row["publisher"] for row in rows} == {f"'{FORMULA}"}
    assert not any(name.startswith("_") for name in rows[0])


def test_hostile_names_are_texts(pages: dict[str, Page]) -> None:
    page = pages["hostile"]
    assert page.title().startswith("Short-drama market page")
    assert HOSTILE in page.locator("#chart-market-events").inner_text()
    assert page.locator("img").count() == 0


def test_an_empty_lake_gives_a_page_that_says_so(pages: dict[str, Page]) -> None:
    page = pages["empty"]
    assert page.locator(".nothing").count() == 10
    assert page.locator(".plot").count() == 0


def test_the_theme_may_be_changed_by_hand(pages: dict[str, Page]) -> None:
    page = pages["zh"]
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    assert page.evaluate(ground) != light
    page.click("#theme")
    assert page.evaluate(ground) == light


def test_on_paper_it_is_light_and_says_what_was_chosen(shown: Page) -> None:
    shown.emulate_media(color_scheme="dark", media="print")
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not shown.locator("nav").is_visible()
    assert not shown.locator(".csv").first.is_visible()
    chosen_one = (
        "getComputedStyle(document.querySelector('#chart-leaders label'), '::after').content"
    )
    assert "2025" in shown.evaluate(chosen_one)
    assert shown.pdf(format="A4", print_background=True).startswith(b"%PDF")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_script_writes_figures_as_the_reports_do(
    pages: dict[str, Page], browser: Browser, files: Files, locale: str
) -> None:
    cells = "els => els.map((one) => one.textContent)"
    with browser.new_context(java_script_enabled=False, offline=True) as context:
        plain = context.new_page()
        plain.goto(files[locale].as_uri())
        for name in ("market-size", "leaders", "countries", "concentration", "minis-prices",
                     "hashtags-momentum", "forecasts", "break-even", "reconciliation"):  # fmt: skip
            place = f"#chart-{name} tbody td:not(.day)"
            written = plain.locator(place).all_text_contents()
            assert pages[locale].eval_on_selector_all(place, cells) == written, name


def test_without_scripts_it_has_its_summary_and_tables(browser: Browser, files: Files) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(files["en"].as_uri())
    assert "Open the file in a browser" in page.locator("noscript").inner_text()
    page.locator("#chart-leaders summary").click()
    assert "US$51.5M" in page.locator("#chart-leaders tbody").inner_text()
    context.close()


PICTURES: dict[str, tuple[str, int, str, str]] = {
    "market-page": ("en", 1280, "light", "screen"),
    "market-page-390": ("en", 390, "light", "screen"),
    "market-page-dark": ("en", 1280, "dark", "screen"),
    "market-page-zh": ("zh", 1280, "light", "screen"),
    "market-page-zh-390-dark": ("zh", 390, "dark", "screen"),
    "market-page-print": ("en", 760, "light", "print"),
}
"""Language, width, colours, and whether it is shown or printed."""


@pytest.mark.parametrize("name", PICTURES)
def test_the_documents_have_a_picture(offline: BrowserContext, files: Files, name: str) -> None:
    path = IMAGES / f"{name}.png"
    if os.environ.get("UPDATE_DOCS"):
        locale, width, scheme, media = PICTURES[name]
        page = opened(offline, files[locale], width, scheme)
        page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 1250 if width > 700 else HEIGHT})
        keep(page.screenshot(), path)
        page.close()
    assert path.stat().st_size < MOST_PICTURE


def keep(taken: bytes, path: Path) -> None:
    """With few colours, so that it is small."""
    picture: Any = Image.open(BytesIO(taken)).convert("RGB")
    few = picture.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
