"""Markup in a record is text everywhere: nothing of it becomes an element, and nothing runs."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import sync_playwright

from tests.conftest import ROOT
from tests.report.test_browser import FLAGS
from trdreport.errors import DataError
from trdreport.registry.loading import load_registry
from trdreport.report.build import build

MARKUP = (
    """ <img src=x onerror="alert(1)"></td></table><script>alert(2)</script>'"&amp;{{ 7 * 7 }} %"""
)

Place = tuple[str | int, ...]


class Elements(HTMLParser):
    """Elements and attributes that no template of ours writes."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        inline = tag == "script" and not values.get("src") and "ld+json" not in str(values)
        handlers = [name for name in values if name.startswith("on")]
        if inline or handlers or values.get("src") == "x":
            self.foreign.append(self.get_starttag_text() or tag)


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    """Places of every text in a record."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*place, index))
    elif isinstance(value, str):
        yield place


def with_markup(record: Any, place: Place) -> Any:
    key, *rest = place
    inner = record[key] + MARKUP if not rest else with_markup(record[key], tuple(rest))
    if isinstance(record, dict):
        return record | {key: inner}
    return [inner if index == key else value for index, value in enumerate(record)]


def valid(root: Path) -> bool:
    try:
        load_registry(root)
    except DataError:
        return False
    return True


@pytest.fixture
def marked(overlaid: Callable[[str], Path]) -> Path:
    """The tiny registry with markup in every text that may hold any text."""
    root = overlaid("valid")
    changed = 0
    for path in sorted(root.rglob("*.yaml")):
        text = path.read_text()
        record = yaml.load(text, yaml.BaseLoader)  # noqa: S506 (texts only)
        for place in leaves(record):
            attempt = with_markup(record, place)
            path.write_text(yaml.safe_dump(plain(attempt, text), allow_unicode=True))
            if valid(root):
                record = attempt
                changed += 1
        path.write_text(yaml.safe_dump(plain(record, text), allow_unicode=True))
    bibliography = root / "references.bib"
    bibliography.write_text(
        bibliography.read_text().replace("title = {", "title = {<b>x</b> <script>")
    )
    assert valid(root)
    assert changed > 40
    return root


def plain(record: Any, text: str) -> Any:
    """A record read as texts, with its numbers and truth values as the file had them."""
    typed = yaml.safe_load(text)

    def merged(new: Any, old: Any) -> Any:
        if isinstance(new, dict):
            return {key: merged(inner, old[key]) for key, inner in new.items()}
        if isinstance(new, list):
            return [merged(a, b) for a, b in zip(new, old, strict=True)]
        return new if isinstance(old, str) else old

    return merged(record, typed)


def test_markup_in_every_text_is_shown_and_does_not_run(
    marked: Path, tmp_path: Path, cache: Path
) -> None:
    site = tmp_path / "site"
    build(load_registry(marked), site, ROOT / "templates", quick=True, cache=cache)
    pages = sorted(site.rglob("*.html"))
    for page in pages:
        parser = Elements()
        parser.feed(page.read_text())
        assert parser.foreign == [], page.name
        assert " 49 " not in page.read_text()
    assert "&lt;script&gt;alert(2)" in (site / "studies" / "alpha2018.html").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        tab = browser.new_page()
        said: list[str] = []
        tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        tab.on("console", lambda message: said.append(message.text))
        for page in pages:
            tab.goto(page.as_uri())
        assert "<script>alert(2)" in tab.inner_text("main")
        browser.close()
    assert said == []
