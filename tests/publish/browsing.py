"""What the tests in a real browser share: starting it, serving a site, hearing what pages say."""

import functools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.conftest import ROOT

CHROMIUM = Path("/usr/bin/chromium")
"""The distribution's browser; where it has none, playwright brings its own."""

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-sync"]

SOFTWARE_WEBGL = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]

PATIENCE_MS = 20_000
"""Milliseconds after which a test gives up; none takes that long when all is well."""

PACKAGES = ROOT / ".venv" / "npm" / "node_modules"
"""What `scripts/npm-packages` installs."""

ACCESSIBLE = """rules => axe.run({
  runOnly: rules.length ? {type: "rule", values: rules}
    : {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
  resultTypes: ["violations"],
  preload: false,
})"""
"""`preload` would read the style sheets again, which the pages' policy forbids."""


@contextmanager
def chromium(flags: Sequence[str] = FLAGS) -> Iterator[Browser]:
    """A browser without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, launched(playwright.chromium, flags) as browser:
        yield browser


def launched(kind: BrowserType, flags: Sequence[str]) -> Browser:
    """One more browser; it is closed by `with`."""
    return kind.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=list(flags))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a plain web server for `site`, with a slash at its end."""
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def on_disk(site: Path) -> str:
    """The address of `site` opened from the disk, with a slash at its end."""
    return site.as_uri() + "/"


def pages_of(site: Path) -> list[str]:
    """Every page of `site`, as its path in the site."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


@dataclass(frozen=True)
class Heard:
    """What the pages of a context said on the console, or threw, and what they asked for."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def elsewhere(self, address: str) -> list[str]:
        """Requests that do not stay in the site; data and blob URLs reach nobody."""
        return [url for url in self.asked if not url.startswith((address, "data:", "blob:"))]


def listen(context: BrowserContext) -> Heard:
    """Keep what the pages of a context say and ask for from now on."""
    heard = Heard()

    def console(message: ConsoleMessage) -> None:
        # The software renderer talks about its own speed when a picture is read back.
        if "GL Driver Message" not in message.text:
            heard.said.append(f"{message.location['url']}: {message.text}")

    context.on("console", console)
    context.on("weberror", lambda error: heard.said.append(str(error.error)))
    context.on("request", lambda request: heard.asked.append(request.url))
    return heard


def settled(page: Page) -> None:
    """Wait until the fonts of a loaded page are there."""
    page.evaluate("document.fonts.ready.then(() => true)")


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds in the page as it is now.

    It looks for WCAG 2.0 to 2.2, levels A and AA, or for some rules alone.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text())
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in page.evaluate(ACCESSIBLE, list(rules))["violations"]
        for node in violation["nodes"]
    ]
