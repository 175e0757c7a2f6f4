"""Pages open in a real browser from the disk, on a phone and on a screen."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.mark.parametrize("width", [360, 1440])
def test_pages_open_without_complaint(width: int, tiny_site: Path) -> None:
    """No message on the console, no request elsewhere, no sideways scrolling, images all there."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        for file in sorted(tiny_site.rglob("*.html")):
            page.goto(file.as_uri())
            page.wait_for_function("document.fonts.status === 'loaded'")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, file.name
            broken = "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
            assert page.evaluate(broken) == 0
        browser.close()
    assert said == []
    assert all(url.startswith("file://") for url in asked)
