"""Pages work in a real browser, from the disk and from a server, for every eye and hand."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.publish.browsing import (
    FLAGS,
    chromium,
    listen,
    on_disk,
    pages_of,
    served,
    settled,
    violations,
)

PHONE, SCREEN = 360, 1440
"""Widths of a window in CSS pixels."""

FIRST_PAGE_BYTES = 300_000

BROKEN_IMAGES = "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUS = """() => {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  return {
    name: element.outerHTML.slice(0, 80),
    outlined: getComputedStyle(element).outlineStyle !== "none",
    seen: box.width > 0 && box.left >= 0 && box.right <= innerWidth && box.bottom > 0
      && box.top < innerHeight,
    end: element === document.body,
  };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(FLAGS) as browser:
        yield browser


@pytest.fixture(scope="module")
def addresses(tiny_site: Path) -> Iterator[dict[str, str]]:
    """The site opened from the disk and from a server."""
    with served(tiny_site) as address:
        yield {"disk": on_disk(tiny_site), "server": address}


@pytest.fixture
def first(browser: Browser, tiny_site: Path) -> Iterator[Page]:
    """The first page on a screen."""
    page = browser.new_page(viewport={"width": SCREEN, "height": 900}, reduced_motion="reduce")
    page.goto(on_disk(tiny_site) + "index.html")
    settled(page)
    yield page
    page.close()


@pytest.mark.parametrize("where", ["disk", pytest.param("server", marks=pytest.mark.slow)])
def test_pages_open_without_complaint(
    where: str, browser: Browser, tiny_site: Path, addresses: dict[str, str]
) -> None:
    """No message on the console, no request elsewhere, no sideways scrolling, images all there."""
    address = addresses[where]
    with browser.new_context() as context:
        heard = listen(context)
        page = context.new_page()
        for file in pages_of(tiny_site):
            page.set_viewport_size({"width": PHONE, "height": 900})
            page.emulate_media(media="screen", color_scheme="light")
            page.goto(address + file)
            for width, medium, colours in (
                (PHONE, "screen", "light"),
                (PHONE, "screen", "dark"),
                (SCREEN, "screen", "light"),
                (SCREEN, "screen", "dark"),
                (SCREEN, "print", "light"),
                (SCREEN, "print", "dark"),
            ):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(media=medium, color_scheme=colours)
                settled(page)
                assert page.evaluate(TOO_WIDE) <= 0, (file, width, medium)
                assert page.evaluate(BROKEN_IMAGES) == [], (file, width, medium)
    assert heard.said == []
    assert heard.elsewhere(address) == []


def test_paper_shows_every_table_whole(browser: Browser, tiny_site: Path, tmp_path: Path) -> None:
    """A page printed from the browser loses no word of a table beyond the edge of the paper."""
    page = browser.new_page()
    for file in pages_of(tiny_site):
        page.goto(on_disk(tiny_site) + file)
        settled(page)
        cells = " ".join(page.locator("th, td").all_inner_texts()).replace("show in viewer", "")
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
        run = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "page.pdf", "-"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        printed = "".join(run.stdout.split())
        assert [word for word in re.findall(r"\w+", cells) if word not in printed] == [], file
    page.close()


def test_paper_has_nothing_to_press(browser: Browser, tiny_site: Path) -> None:
    """Controls, navigation and links to files stay off the paper; headings look like headings."""
    page = browser.new_page()
    page.emulate_media(media="print")
    for file in pages_of(tiny_site):
        page.goto(on_disk(tiny_site) + file)
        shown = page.evaluate(
            """() => [...document.querySelectorAll("nav, .tools, .files, .viewer, button, .skip")]
            .filter(e => e.checkVisibility()).map(e => [e.className, getComputedStyle(e)])
            .filter(([name, style]) => name !== "sort" || style.borderStyle !== "none"
              || style.backgroundColor !== "rgba(0, 0, 0, 0)").map(([name]) => name)"""
        )
        assert shown == [], file
    page.close()


@pytest.mark.parametrize("width", [PHONE, pytest.param(SCREEN, marks=pytest.mark.slow)])
def test_pages_are_accessible(width: int, browser: Browser, tiny_site: Path) -> None:
    """WCAG 2.2 AA as far as a program can tell: names, contrast, structure, size of targets."""
    found: dict[tuple[str, str], list[str]] = {}
    page = browser.new_page(viewport={"width": width, "height": 900})
    for file in pages_of(tiny_site):
        page.goto(on_disk(tiny_site) + file)
        settled(page)
        for colours, rules in (("light", ()), ("dark", ("color-contrast",))):
            page.emulate_media(color_scheme=colours)
            found[file, colours] = violations(page, rules)
    page.close()
    assert {place: each for place, each in found.items() if each} == {}


def test_the_first_page_is_light(browser: Browser, addresses: dict[str, str]) -> None:
    """It opens quickly over a slow line: page, styles, scripts, fonts and pictures together."""
    page = browser.new_page(viewport={"width": SCREEN, "height": 900})
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda r: sizes.update({r.url: r.sizes()["responseBodySize"]}))
    page.goto(addresses["server"] + "index.html", wait_until="networkidle")
    settled(page)
    page.close()
    assert len(sizes) > 5
    assert sum(sizes.values()) < FIRST_PAGE_BYTES, sizes


def test_the_first_stop_of_the_keyboard_skips_to_the_content(first: Page) -> None:
    """Who cannot use a mouse need not go through the navigation of every page."""
    first.keyboard.press("Tab")
    assert first.evaluate("document.activeElement.className") == "skip"
    assert first.evaluate(FOCUS)["seen"]
    first.keyboard.press("Enter")
    first.keyboard.press("Tab")
    assert first.evaluate("document.activeElement.closest('main') !== null")


def test_the_keyboard_reaches_everything_in_sight(first: Page) -> None:
    """Each stop is visible and outlined, and no link or control is passed over."""
    targets = first.locator("a[href], button, input, select, summary, [tabindex='0']")
    stops = []
    for _ in range(targets.count() + 1):
        first.keyboard.press("Tab")
        stops.append(first.evaluate(FOCUS))
    assert [stop for stop in stops[:-1] if not (stop["outlined"] and stop["seen"])] == []
    assert stops[-1]["end"]
