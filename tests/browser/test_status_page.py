"""The status page, looked at in headless Chromium; with UPDATE_DOCS it draws the docs' pictures."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from browsers import LOW_CONTRAST, needs_chromium, widths
from overviews import example
from shortdrama.core.settings import REPOSITORY
from shortdrama.health.overview.page import page, unreachable_page

pytestmark = [pytest.mark.browser, needs_chromium]

IMAGES = REPOSITORY / "docs" / "images"
MOST_BYTES = 150_000
LONG = "x" * 400 + " " + "<script>document.title = 'run'</script>"

OUTSIDE = """
() => [...document.querySelectorAll("main *")]
  .filter((element) => element.getClientRects().length && !element.closest("svg.hidden"))
  .filter((element) => {
    const box = element.getBoundingClientRect();
    return box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5;
  })
  .map((element) => element.outerHTML.slice(0, 80))
"""


@pytest.fixture
def html(tmp_path: Path) -> Path:
    path = tmp_path / "status.html"
    path.write_text(page(example()), encoding="utf-8")
    return path


def opened(browser: Browser, path: Path, width: int, height: int = 844, **options: Any) -> Page:
    shown = browser.new_page(viewport={"width": width, "height": height}, **options)
    shown.goto(path.as_uri())
    return shown


def unfolded(shown: Page) -> Page:
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    return shown


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, html: Path, width: int) -> None:
    shown = unfolded(opened(browser, html, width))
    scroll, client = widths(shown)
    assert scroll <= client == width
    assert shown.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_long_hostile_reasons_neither_run_nor_widen_the_page(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(page(example(reason=LONG)), encoding="utf-8")
    shown = unfolded(opened(browser, path, width))
    assert shown.title() == "Pipeline status"
    assert widths(shown)[0] <= width
    path.write_text(unreachable_page(LONG), encoding="utf-8")
    shown.reload()
    assert shown.title() == "Pipeline status"
    assert widths(shown)[0] <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser: Browser, html: Path, scheme: str) -> None:
    shown = unfolded(opened(browser, html, 390, color_scheme=scheme))
    assert shown.evaluate(LOW_CONTRAST) == []


def test_inside_airflow_its_theme_counts_and_not_the_devices(browser: Browser, html: Path) -> None:
    shown = opened(browser, html, 390, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = shown.evaluate(ground)
    shown.evaluate("localStorage.setItem('theme', 'dark')")
    shown.reload()
    assert shown.evaluate(ground) != light


def test_a_day_on_a_phone_is_a_square_of_eight_pixels_or_more(browser: Browser, html: Path) -> None:
    refused = opened(browser, html, 390).locator("svg.days rect.refused").bounding_box()
    assert refused is not None
    assert min(refused["width"], refused["height"]) >= 8


PICTURES = {
    "status-1280": (1280, "light", None),
    "status-390": (390, "light", None),
    "status-dark": (1280, "dark", None),
    "status-refused": (390, "light", "appfigures.estimates"),
}
"""Width, colours, and the dataset whose card is shown open; None: the page."""


@pytest.mark.parametrize("name", PICTURES)
def test_the_documents_have_a_picture(browser: Browser, html: Path, name: str) -> None:
    width, scheme, dataset = PICTURES[name]
    path = IMAGES / f"{name}.png"
    if os.environ.get("UPDATE_DOCS"):
        density = 1.5 if width > 1000 else 2
        # High enough for the backfills and the calendars below them.
        shown = opened(browser, html, width, 1160, color_scheme=scheme, device_scale_factor=density)
        card = unfolded(shown).locator(f"[id='{dataset}']") if dataset else None
        taken = card.screenshot() if card else shown.screenshot()
        few_colours = (
            Image.open(BytesIO(taken)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        )
        path.parent.mkdir(exist_ok=True)
        few_colours.save(path, optimize=True)
    assert path.stat().st_size < MOST_BYTES
