"""Each report in each locale as a browser shows it; UPDATE_DOCS draws the documents' pictures."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

import report_editions
from browsers import (
    FIGURES_ON_TWO_LINES,
    LOW_CONTRAST,
    SIGNS_WITHOUT_A_SHAPE,
    TEXT_OUTSIDE_ITS_BOX,
    needs_chromium,
    widths,
)
from pages import LOCALES, LocaleName
from report_editions import LABELS
from shortdrama.core.settings import REPOSITORY
from shortdrama.reports.layout.render import render

IMAGES = REPOSITORY / "docs" / "images" / "reports"
PHONE_HEIGHT = 844
MOST_HTML, MOST_PICTURE = 100_000, 40_000
MOST_BYTES = 120_000
LOOKS = {"390": (390, "light"), "390-dark": (390, "dark"), "1280": (1280, "light")}

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.parametrize("locale", LOCALES),
    pytest.mark.parametrize("report_id", LABELS),
]


@pytest.fixture(scope="module")
def editions(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Page]]:
    """Each edition, open as its file."""
    folder = tmp_path_factory.mktemp("reports")
    opened: dict[tuple[str, str], Page] = {}
    with report_editions.marts() as marts:
        for report_id in LABELS:
            for locale in LOCALES:
                path = folder / f"{report_id}-{locale}.html"
                edition = render(report_editions.edition(marts, report_id, locale))
                assert len(edition.html.encode()) < MOST_HTML
                assert all(len(picture.png) < MOST_PICTURE for picture in edition.pictures)
                path.write_bytes(edition.standalone)
                opened[report_id, locale] = browser.new_page()
                opened[report_id, locale].goto(path.as_uri())
    yield opened
    for page in opened.values():
        page.close()


@pytest.fixture
def shown(editions: dict[tuple[str, str], Page], report_id: str, locale: LocaleName) -> Page:
    page = editions[report_id, locale]
    page.set_viewport_size({"width": 390, "height": PHONE_HEIGHT})
    page.emulate_media(color_scheme="light")
    return page


def test_nothing_is_wider_than_the_screen_and_no_text_is_cut(shown: Page) -> None:
    for width in (320, 390, 768, 1280):
        shown.set_viewport_size({"width": width, "height": PHONE_HEIGHT})
        assert widths(shown)[0] <= width
        assert shown.evaluate(TEXT_OUTSIDE_ITS_BOX) == []


def test_no_line_ends_between_a_figure_and_its_unit(shown: Page) -> None:
    for width in (320, 390, 1280):
        shown.set_viewport_size({"width": width, "height": PHONE_HEIGHT})
        assert shown.evaluate(FIGURES_ON_TWO_LINES) == []


def test_a_phone_shows_the_claim_and_the_first_points_without_scrolling(shown: Page) -> None:
    for element in [shown.locator("h1"), *shown.locator(".point").all()[:3]]:
        box: Any = element.bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= PHONE_HEIGHT


def test_every_text_stands_out_and_every_sign_has_a_shape(shown: Page) -> None:
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert shown.evaluate(LOW_CONTRAST) == []
    assert shown.evaluate(SIGNS_WITHOUT_A_SHAPE) == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_documents_have_a_picture(
    shown: Page, report_id: str, locale: LocaleName, look: str
) -> None:
    width, scheme = LOOKS[look]
    path = IMAGES / f"{report_id}-{locale}-{look}.png"
    if os.environ.get("UPDATE_DOCS"):
        shown.set_viewport_size({"width": width, "height": PHONE_HEIGHT})
        shown.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        keep(shown.screenshot(), path)
    assert path.stat().st_size < MOST_BYTES


def keep(taken: bytes, path: Path) -> None:
    few = (
        Image.open(BytesIO(taken))
        .convert("RGB")
        .quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    few.save(path, optimize=True)
