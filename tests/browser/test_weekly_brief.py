"""The weekly brief as mail programs show it: looked at in headless Chromium."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browsers import LOW_CONTRAST, needs_chromium, widths
from shortdrama.reports.brief import WeeklyBrief
from shortdrama.reports.charts import WIDTH_PX
from shortdrama.reports.render import CHART_NAME, render
from shortdrama.reports.weekly_brief import LOCALES
from shortdrama.reports.words.formats import LocaleName

PHONE_HEIGHT = 844

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.parametrize("locale", LOCALES),
]

TEXT_OUTSIDE_ITS_BOX = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const outside = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue;
    const box = node.parentElement.closest("td, th")?.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const fits = box && rect.left >= box.left - 1 && rect.right <= box.right + 1
        && rect.top >= box.top - 1 && rect.bottom <= box.bottom + 1;
      if (!fits) outside.push(node.data.trim());
    }
  }
  return outside;
}
"""


@pytest.fixture
def mail_file(example_brief: WeeklyBrief, locale: LocaleName, tmp_path: Path) -> Path:
    """The edition as it lies in the archive: the HTML beside its picture."""
    rendered = render(example_brief, locale)
    (tmp_path / CHART_NAME).write_bytes(rendered.chart)
    path = tmp_path / "brief.html"
    path.write_text(rendered.html, encoding="utf-8")
    return path


def opened(browser: Browser, mail_file: Path, width: int, **options: Any) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": PHONE_HEIGHT}, device_scale_factor=2, **options
    )
    page.goto(mail_file.as_uri())
    return page


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, mail_file: Path, width: int) -> None:
    page = opened(browser, mail_file, width)
    scroll, client = widths(page)
    assert scroll <= client == width


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_no_text_is_cut_off(browser: Browser, mail_file: Path, width: int) -> None:
    assert opened(browser, mail_file, width).evaluate(TEXT_OUTSIDE_ITS_BOX) == []


def test_a_phone_shows_the_headline_figures_without_scrolling(
    browser: Browser, mail_file: Path
) -> None:
    figures = opened(browser, mail_file, 390).locator(".kpi").all()
    boxes = [figure.bounding_box() for figure in figures]
    assert len(boxes) == 4
    assert all(box and box["y"] >= 0 for box in boxes)
    assert all(box and box["y"] + box["height"] <= PHONE_HEIGHT for box in boxes)


def test_the_headline_figures_stand_two_by_two(browser: Browser, mail_file: Path) -> None:
    boxes = [box.bounding_box() for box in opened(browser, mail_file, 390).locator(".tile").all()]
    assert len({round(box["x"]) for box in boxes if box}) == 2
    assert len({round(box["y"]) for box in boxes if box}) == 2


def test_a_wide_screen_keeps_a_column_of_600(browser: Browser, mail_file: Path) -> None:
    box = opened(browser, mail_file, 1280).locator(".sheet").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (340, 600)


def test_the_picture_is_shown_in_full_density(browser: Browser, mail_file: Path) -> None:
    picture = opened(browser, mail_file, 390).locator("img")
    assert picture.evaluate("image => image.naturalWidth") == 2 * WIDTH_PX
    box = picture.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(
    browser: Browser, mail_file: Path, scheme: str
) -> None:
    page = opened(browser, mail_file, 390, color_scheme=scheme)
    assert page.evaluate(LOW_CONTRAST) == []
