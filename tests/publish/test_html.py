"""Files of a site are correct HTML and SVG, keep to their own policy, and link to what exists."""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from tests.conftest import ROOT
from tests.publish.browsing import PACKAGES

CHECKER = PACKAGES / "vnu-jar" / "build" / "dist" / "vnu.jar"
NIIVUE = PACKAGES / "@niivue" / "niivue"

AT = re.compile(r"at=(-?\d+(\.\d+)?,){2}-?\d+(\.\d+)?")
"""A fragment that names a position in the viewer instead of an element."""

Attributes = list[tuple[str, str | None]]


@dataclass
class Parsed(HTMLParser):
    """What the tests ask of a page."""

    text: str
    ids: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    loaded_before_policy: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        self.targets += [
            values[name]
            for name in ("href", "xlink:href", "src", "data-scene", "data-parts", "data-studies")
            if name in values
        ]
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(values["content"])
        if tag in ("script", "link", "img", "style") and not self.policies:
            self.loaded_before_policy.append(self.get_starttag_text() or tag)
        script = tag == "script" and "src" not in values
        if (
            (script and values.get("type") != "application/ld+json")
            or tag == "style"
            or any(name == "style" or name.startswith("on") for name in values)
            or any(value.strip().lower().startswith("javascript:") for value in values.values())
        ):
            self.inline.append(self.get_starttag_text() or tag)


@cache
def parsed(page: Path) -> Parsed:
    return Parsed(page.read_text())


@cache
def ids(path: Path) -> frozenset[str]:
    """The ids of a page or picture."""
    if path.suffix == ".html":
        return frozenset(parsed(path).ids)
    return frozenset(each.get("id", "") for each in ElementTree.parse(path).iter())  # noqa: S314


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def errors(files: Sequence[Path]) -> list[str]:
    """What the Nu HTML checker calls an error in pages and pictures."""
    # It recurses deeply, and tells of a stack that is too small on its standard error only.
    java = ["java", "-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", CHECKER]
    run = subprocess.run(
        [*java, "--format", "json", "--stdout", "--also-check-svg", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [
        f"{message.get('url')}:{message.get('lastLine')}: {message['message']}"
        for message in json.loads(run.stdout)["messages"]
        if message["type"] != "info"
    ]


def broken(path: Path, target: str, site: Path) -> bool:
    """Whether a link of the file `path` leads nowhere in the site."""
    link = urlsplit(target)
    if link.scheme in ("http", "https", "mailto", "data"):
        return False
    found = (path.parent / unquote(link.path)).resolve() if link.path else path
    if link.scheme or link.netloc or not found.is_relative_to(site) or not found.exists():
        return True
    if not link.fragment or found.suffix not in (".html", ".svg"):
        return bool(link.fragment)
    if AT.fullmatch(link.fragment):
        return "viewer" not in ids(found)
    return unquote(link.fragment) not in ids(found)


def test_pages_are_correct(tiny_site: Path, tmp_path: Path) -> None:
    """Every browser reads them alike, and the one picture that is written by hand as well.

    Two wrong files beside them show that the checker looks at HTML and at SVG.
    """
    (tmp_path / "wrong.html").write_text(
        "<!doctype html><html lang=en><title>x</title><p id=a id=a>"
    )
    (tmp_path / "wrong.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><p/></svg>')
    wrong = [tmp_path / "wrong.html", tmp_path / "wrong.svg"]
    found = errors([*pages(tiny_site), tiny_site / "figures" / "prisma.svg", *wrong])
    assert [each for each in found if "/wrong." not in each] == []
    assert all(any(path.name in each for each in found) for path in wrong)


def test_no_page_has_inline_script_or_style(tiny_site: Path) -> None:
    """Nothing of a record can run: what is in a page is text, and scripts are files of the site."""
    for page in pages(tiny_site):
        assert parsed(page).inline == [], page.name


def test_every_page_allows_only_what_the_site_holds(tiny_site: Path) -> None:
    """The policy forbids everything first, allows files of the site, and stands before any."""
    for page in pages(tiny_site):
        (policy,) = parsed(page).policies
        assert parsed(page).loaded_before_policy == [], page.name
        directives = dict(each.split(maxsplit=1) for each in policy.split(";"))
        assert directives.pop("default-src") == "'none'"
        allowed = {source for sources in directives.values() for source in sources.split()}
        assert allowed <= {"'none'", "'self'", "data:"}, page.name
        data = {name for name, sources in directives.items() if "data:" in sources}
        assert data <= {"img-src"}, page.name
        assert "viewer" in parsed(page).ids or not data, page.name


def test_every_link_leads_somewhere(tiny_site: Path) -> None:
    """Pages, pictures and styles link to files and places that the site has, by relative paths."""
    site = tiny_site.resolve()
    count = 0
    for page in pages(site):
        targets = parsed(page).targets
        count += len(targets)
        assert [target for target in targets if broken(page, target, site)] == [], page.name
    assert count > 100
    for picture in sorted(site.rglob("*.svg")):
        targets = [
            value
            for element in ElementTree.parse(picture).iter()  # noqa: S314
            for name, value in element.attrib.items()
            if name.rpartition("}")[2] == "href"
        ]
        assert [target for target in targets if broken(picture, target, site)] == [], picture.name
    for style in sorted(site.rglob("*.css")):
        targets = re.findall(r"url\([\"']?([^\"')]+)", style.read_text())
        files = [target for target in targets if not target.startswith("#")]
        assert [target for target in files if broken(style, target, site)] == [], style.name


def test_the_viewer_is_the_published_one() -> None:
    """Nobody changed the library in the tree, and its licence stands beside it."""
    package = json.loads((NIIVUE / "package.json").read_text())
    ours = ROOT / "templates" / "viewer" / f"niivue-{package['version']}.js"
    assert ours.read_bytes() == (NIIVUE / "dist" / "niivue.umd.js").read_bytes()
    assert package["license"] == "BSD-2-Clause"
    licence = (ours.parent / "LICENSE-niivue.txt").read_text()
    assert "Redistribution and use in source and binary forms" in licence
    assert "Copyright" in licence


def test_the_site_says_where_its_viewer_comes_from(tiny_site: Path) -> None:
    """The library and its licence are in the site as they are in the tree."""
    for file in (ROOT / "templates" / "viewer").iterdir():
        assert (tiny_site / "viewer" / file.name).read_bytes() == file.read_bytes()
