"""Markup in a record is text everywhere: nothing of it becomes an element, and nothing runs."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import sync_playwright

from tests.conftest import ROOT
from tests.publish.browsing import FLAGS
from trdreport.errors import DataError
from trdreport.publish.build import build
from trdreport.records.loading import load_registry
from trdreport.records.yamlfile import dotted

pytestmark = pytest.mark.slow

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


def with_markup(record: Any, places: set[Place], place: Place = ()) -> Any:
    """A record with markup behind the texts at these places."""
    if isinstance(record, dict):
        return {key: with_markup(inner, places, (*place, key)) for key, inner in record.items()}
    if isinstance(record, list):
        return [with_markup(inner, places, (*place, i)) for i, inner in enumerate(record)]
    return f"{record}{MARKUP}" if place in places else record


@pytest.fixture
def marked(overlaid: Callable[[str], Path]) -> Path:
    """The tiny registry with markup in every text that may hold any text.

    All texts get it; those of which the registry then complains are put back until it is content.
    """
    root = overlaid("valid")
    records = {path: yaml.safe_load(path.read_text()) for path in sorted(root.rglob("*.yaml"))}
    places = {path: set(leaves(record)) for path, record in records.items()}
    while problems := written(records, places, root):
        for path, field in problems:
            own = {place for place in places[path] if dotted(place).startswith(field)}
            places[path] -= own or places[path]
    assert sum(map(len, places.values())) > 40
    bibliography = root / "references.bib"
    text = bibliography.read_text()
    bibliography.write_text(text.replace("title = {", "title = {<b>x</b> <script>"))
    return root


def written(
    records: dict[Path, Any], places: dict[Path, set[Place]], root: Path
) -> set[tuple[Path, str]]:
    """Write the records with markup; the file and field of everything that is wrong with them."""
    for path, record in records.items():
        changed = with_markup(record, places[path])
        path.write_text(yaml.safe_dump(changed, allow_unicode=True, width=10_000))
    try:
        load_registry(root)
    except DataError as error:
        return {(Path(problem.path), problem.field) for problem in error.problems}
    return set()


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
