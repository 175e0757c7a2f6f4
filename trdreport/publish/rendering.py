"""Render the templates: pages that share their parts with the print version."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import relpath

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trdreport.sections.result_tables import listed
from trdreport.sections.tables import MISSING, kind_of_missing, shown
from trdreport.sections.views import Report


@dataclass(frozen=True)
class Page:
    """A page of the site: its file, its name in the navigation, and the parts that it shows."""

    file: str
    name: str
    title: str
    parts: tuple[str, ...]


PAGES = (
    Page("index.html", "Summary", "", ("summary",)),
    Page("results.html", "Results", "Results", ("analyses", "regions", "results")),
    Page("studies.html", "Studies", "Search and studies", ("search", "candidates", "studies")),
    Page("quality.html", "Quality", "Quality and doubts", ("quality", "unreconciled")),
    Page("robustness.html", "Robustness", "Robustness", ("trust",)),
    Page("evidence.html", "Context", "Evidence around the meta-analysis", ("evidence",)),
    Page(
        "methods.html", "Methods", "Methods and reproducibility",
        ("methods", "reproduction", "practice", "limitations", "references"),
    ),
    Page("downloads.html", "Downloads", "Downloads and citation", ("cite", "downloads")),
)  # fmt: skip
"""In reading order. The print version shows the parts in the order of its own template."""

_ID = re.compile(r'\bid="([^"]+)"')
_FRAGMENT = re.compile(r'\bhref="#([^"]+)"')


def environment(templates: Path) -> Environment:
    """Templates of a folder: everything escaped, an undefined name is an error."""
    env = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["shown"] = shown
    env.filters["listed"] = lambda items: listed(list(items))
    env.filters["missing_kind"] = kind_of_missing
    env.globals["missing"] = MISSING
    env.globals["pages"] = PAGES
    env.globals["numbers"] = {}
    return env


def render_pages(templates: Path, report: Report, numbers: Mapping[str, str]) -> dict[str, bytes]:
    """Every HTML page by its path in the site; `numbers` are those of `figure_numbers`.

    Raises KeyError for a link to a place that no page has.
    """
    env = environment(templates)
    env.globals["numbers"] = numbers

    def page(template: str, file: str, **context: object) -> str:
        root = "../" * file.count("/")
        return env.get_template(template).render(
            report=report, root=root, files=root, file=file, printed=False, **context
        )

    texts = {each.file: page("page.html", each.file, page=each) for each in PAGES}
    for view in report.studies:
        file = f"studies/{view.study.id}.html"
        texts[file] = page("study.html", file, view=view)
    for analysis in report.analyses:
        file = f"analyses/{analysis.id}.html"
        texts[file] = page("analysis.html", file, view=analysis)
    return {file: text.encode() for file, text in joined(texts).items()}


def joined(texts: Mapping[str, str]) -> dict[str, str]:
    """Pages whose `#place` links lead to the page that has the place.

    Places are looked for on the page itself and then on the pages of the navigation. Raises
    KeyError when a place is nowhere.
    """
    places = {page.file: set(_ID.findall(texts[page.file])) for page in PAGES}
    home = {place: file for file, own in places.items() for place in own}

    def resolved(file: str, text: str) -> str:
        own = places.get(file) or set(_ID.findall(text))

        def link(match: re.Match[str]) -> str:
            place = match[1]
            if place in own:
                return match[0]
            return f'href="{relpath(home[place], file.rpartition("/")[0] or ".")}#{place}"'

        return _FRAGMENT.sub(link, text)

    return {file: resolved(file, text) for file, text in texts.items()}


def render_print(templates: Path, report: Report, numbers: Mapping[str, str], files: str) -> str:
    """The article for the PDF: its links stay relative, its images and styles are at `files`."""
    env = environment(templates)
    env.globals["numbers"] = numbers
    return _article(env, report, files)


def _article(env: Environment, report: Report, files: str) -> str:
    return env.get_template("print.html").render(
        report=report, root="", files=files, file="print.html", printed=True
    )


def prisma_flow(templates: Path, report: Report) -> bytes:
    """The PRISMA flow as an SVG file of its own."""
    svg = environment(templates).get_template("prisma.svg").render(report=report, linked=False)
    return svg.strip().encode() + b"\n"


def figure_numbers(templates: Path, report: Report) -> dict[str, str]:
    """`Figure 3` by a figure's id: in the order of the article, then S1, S2, … for the others."""
    article = _article(environment(templates), report, "")
    in_article = re.findall(r'<figure id="([^"]+)"', article)
    others = [id_ for id_ in report.figure_ids if id_ not in in_article]
    return _counted(in_article, "Figure ") | _counted(others, "Figure S")


def _counted(ids: Iterable[str], word: str) -> dict[str, str]:
    return {id_: f"{word}{number}" for number, id_ in enumerate(ids, 1)}


def assets(templates: Path) -> Mapping[str, bytes]:
    """Style, script, fonts and the viewer by their path in the site."""
    return {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in ("assets", "fonts", "viewer")
        for path in sorted((templates / folder).iterdir())
        if path.is_file()
    }
