"""The mail of a page as mail programs show it: looked at in headless Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browsers import (
    LOW_CONTRAST,
    SIGNS_WITHOUT_A_SHAPE,
    TEXT_OUTSIDE_ITS_BOX,
    needs_chromium,
    widths,
)
from pages import LOCALES, LocaleName, page, renamed, without_pictures
from shortdrama.reports.charts.style import BRIGHTER
from shortdrama.reports.layout.render import render
from shortdrama.reports.page import Figure
from shortdrama.reports.rendered import Rendered

pytestmark = [pytest.mark.browser, needs_chromium]

PHONE_HEIGHT = 844
WIDTHS = [320, 390, 768, 1280]
HOSTILE = (
    "<script>document.title = 'run'</script>",
    '" onload="document.title = 1"',
    "x" * 300,
    "剧" * 300,
    "</style><style>p { display: none }</style>",
)

ALTERNATIVES = """
() => [...document.images].map((image) => {
  const box = image.getBoundingClientRect();
  return [image.alt, box.width, box.height, document.documentElement.clientWidth];
})
"""


@pytest.fixture(scope="module")
def editions() -> dict[LocaleName, Rendered]:
    return {locale: render(page(locale)) for locale in LOCALES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, editions: dict[LocaleName, Rendered]) -> Path:
    made = tmp_path_factory.mktemp("mails")
    for locale, rendered in editions.items():
        (made / f"{locale}.html").write_bytes(rendered.standalone)
        # A browser cannot load cid: addresses, so this is what a mail without pictures looks like.
        (made / f"{locale}-without-pictures.html").write_text(rendered.html, encoding="utf-8")
    return made


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Any]:
    shown: list[Page] = []

    def open_one(name: str, width: int = 390, **options: Any) -> Page:
        one = browser.new_page(viewport={"width": width, "height": PHONE_HEIGHT}, **options)
        shown.append(one)
        one.goto((folder / f"{name}.html").as_uri())
        return one

    yield open_one
    for one in shown:
        one.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_wider_than_the_screen_and_no_text_is_cut(
    opened: Any, locale: LocaleName, width: int
) -> None:
    shown = opened(locale, width)
    scroll, client = widths(shown)
    assert scroll <= client == width
    assert shown.evaluate(TEXT_OUTSIDE_ITS_BOX) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_phone_shows_the_whole_answer_without_scrolling(opened: Any, locale: LocaleName) -> None:
    shown = opened(locale)
    for css, count in ((".warning", 1), ("h1", 1), (".context", 1), (".point", 4), (".scope", 1)):
        boxes = [one.bounding_box() for one in shown.locator(css).all()]
        assert len(boxes) == count
        assert all(box["y"] + box["height"] <= PHONE_HEIGHT for box in boxes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_stands_out_from_its_ground(
    opened: Any, locale: LocaleName, width: int, scheme: str
) -> None:
    assert opened(locale, width, color_scheme=scheme).evaluate(LOW_CONTRAST) == []


def test_outlook_in_dark_mode_has_its_own_rules(opened: Any) -> None:
    shown = opened("en")
    for attribute in ("data-ogsc", "data-ogsb"):
        shown.evaluate(f"document.documentElement.setAttribute('{attribute}', '')")
    ground = "getComputedStyle(document.querySelector('.sheet')).backgroundColor"
    assert shown.evaluate(ground) == "rgb(27, 33, 42)"
    assert shown.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sign_has_a_shape(opened: Any, locale: LocaleName) -> None:
    assert opened(locale).evaluate(SIGNS_WITHOUT_A_SHAPE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", LOCALES)
def test_without_pictures_their_sentences_are_read(
    opened: Any, locale: LocaleName, scheme: str
) -> None:
    shown = opened(f"{locale}-without-pictures", color_scheme=scheme)
    alternatives = shown.evaluate(ALTERNATIVES)
    figures = [block for block in page(locale).blocks if isinstance(block, Figure)]
    assert [alt for alt, *_ in alternatives] == [figure.alt for figure in figures]
    assert all(40 <= height <= 120 and width < screen for _, width, height, screen in alternatives)
    assert shown.evaluate("getComputedStyle(document.images[0]).color") == {
        "light": "rgb(86, 96, 112)", "dark": "rgb(169, 180, 192)",
    }[scheme]  # fmt: skip
    assert widths(shown)[0] <= 390


def test_tiles_stand_two_by_two(opened: Any) -> None:
    boxes = [box.bounding_box() for box in opened("en").locator(".tile").all()]
    assert len({round(box["x"]) for box in boxes}) == 2
    assert len({round(box["y"]) for box in boxes}) == 2


def test_a_wide_screen_keeps_a_column_of_600(opened: Any) -> None:
    box = opened("en", 1280).locator(".sheet").bounding_box()
    assert (box["x"], box["width"]) == (340, 600)


@pytest.mark.parametrize(("width", "shown_wide"), [(390, 358), (1280, 440)])
def test_pictures_have_twice_the_density_of_a_wide_screen(
    opened: Any, width: int, shown_wide: int
) -> None:
    for picture in opened("zh", width).locator("img").all():
        assert picture.bounding_box()["width"] == shown_wide
        assert picture.evaluate("image => image.naturalWidth") == 2 * 552


def test_dark_mode_brightens_the_pictures(opened: Any) -> None:
    for scheme, expected in (("light", "none"), ("dark", f"brightness({BRIGHTER})")):
        pictures = opened("en", 390, color_scheme=scheme).locator(".picture img").all()
        filters = {one.evaluate("image => getComputedStyle(image).filter") for one in pictures}
        assert filters == {expected}


def test_the_preheader_is_not_shown(opened: Any) -> None:
    assert not opened("en").locator(".preheader").is_visible()


def test_the_file_asks_no_network(browser: Browser, folder: Path) -> None:
    asked: list[str] = []
    shown = browser.new_page()
    shown.on("request", lambda request: asked.append(request.url.partition(":")[0]))
    shown.goto((folder / "zh.html").as_uri())
    shown.close()
    assert set(asked) <= {"file", "data"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_neither_run_nor_widen_the_mail(opened: Any, folder: Path, name: str) -> None:
    hostile = render(without_pictures(renamed(page("en"), name)))
    (folder / "hostile.html").write_bytes(hostile.standalone)
    shown = opened("hostile")
    assert shown.title().endswith(page("en").subject)
    assert shown.evaluate("document.scripts.length") == 0
    assert widths(shown)[0] <= 390
    assert shown.evaluate(TEXT_OUTSIDE_ITS_BOX) == []
    assert shown.locator("h1").is_visible()
