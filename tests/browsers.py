"""Pages in headless Chromium, and what can be wrong with how they look."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")

LOW_CONTRAST = """
() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parse(colour).slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parse(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((element) => element.getClientRects().length)
    .filter((element) => {
      const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5;
    })
    .map((element) => element.textContent.trim());
}
"""


TEXT_OUTSIDE_ITS_BOX = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const outside = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || !node.parentElement.getClientRects().length) continue;
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

FIGURES_ON_TWO_LINES = """
() => {
  const figure = new RegExp("[\\\\d.,]+ ?(?:[万亿]+(?:美元|次)?|美元|[次款倍天周月日年])"
    + "|[▲▼]\\\\s*[+−]?\\\\d", "g");
  const broken = [];
  for (const block of document.querySelectorAll("p, h1, h2, th, td")) {
    if (!block.getClientRects().length || block.querySelector("p, table")) continue;
    const nodes = [];
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (let at = 0; at < node.data.length; at++) nodes.push([node, at]);
    const text = nodes.map(([node, at]) => node.data[at]).join("");
    for (const found of text.matchAll(figure)) {
      const tops = nodes.slice(found.index, found.index + found[0].length)
        .filter(([node, at]) => node.data[at].trim())
        .map(([node, at]) => {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          return range.getBoundingClientRect();
        });
      if (tops.some((box) => box.top >= tops[0].bottom)) broken.push(found[0]);
    }
  }
  return broken;
}
"""

SIGNS_WITHOUT_A_SHAPE = """
() => {
  const canvas = new OffscreenCanvas(48, 48);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = "24px " + getComputedStyle(document.querySelector("h1")).fontFamily;
  const drawn = (sign) => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(sign, 8, 32);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const box = drawn("\\u{10FFFD}");
  return [...new Set(document.body.innerText)].filter(
    (sign) => sign.trim() && drawn(sign) === box);
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def widths(page: Page) -> tuple[int, int]:
    """How wide the content is, and how wide the window."""
    scroll, client = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return scroll, client
