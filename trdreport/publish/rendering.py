"""Render the templates: sections alone, on their pages, and all of them in print."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import relpath

from jinja2 import Environment
from markupsafe import Markup

from trdreport.figures.templates import strict
from trdreport.model.slug import slug
from trdreport.publish.assembling import (
    Frame,
    Report,
    Shown,
    assembled_section,
    frame,
    numbered,
)
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Figure
from trdreport.sections.section import Item, Page, Section
from trdreport.sections.tables import MISSING, kind_of_missing, shown
from trdreport.sections.words import listed, plural

_ID = re.compile(r'\bid="([^"]+)"')
_FRAGMENT = re.compile(r'\bhref="#([^"]+)"')


def environment(templates: Path) -> Environment:
    """Templates of a folder: everything escaped, an undefined name is an error."""
    env = strict(templates)
    env.filters["shown"] = shown
    env.filters["listed"] = listed
    env.filters["slug"] = slug
    env.filters["missing_kind"] = kind_of_missing
    env.globals["missing"] = MISSING
    env.globals["plural"] = plural
    return env


@dataclass(frozen=True)
class Setting:
    """How pages are set: with which templates, in which frame, with which figures and numbers.

    `files` is where images and styles of the page in print are; on the site they are found from the
    page itself.
    """

    env: Environment
    frame: Frame
    figures: Mapping[str, Figure]
    numbers: Mapping[str, str]
    files: str = ""
    printed: bool = False

    def render(self, template: str, file: str, **context: object) -> str:
        """A template for the page `file` of the site."""
        root = "../" * file.count("/")
        return self.env.get_template(template).render(
            report=self.frame,
            figures=self.figures,
            numbers=self.numbers,
            root=root,
            files=self.files if self.printed else root,
            file=file,
            printed=self.printed,
            **context,
        )

    def section(self, part: Shown) -> Markup:
        """A section by itself, as it stands on its page."""
        text = self.render(
            part.section.template,
            part.section.page,
            section=part.section,
            view=part.view,
            tables={table.id: table for table in part.tables},
        )
        return Markup(text)  # noqa: S704 (templates escape what they show)

    def page(self, page: Page, sections: Iterable[Shown]) -> str:
        """A page of the navigation with the sections that stand on it."""
        there = [part for part in sections if part.section.page == page.file]
        scripts = dict.fromkeys(script for part in there for script in part.section.scripts)
        texts = [self.section(part) for part in there]
        return self.render("page.html", page.file, page=page, sections=texts, scripts=scripts)

    def item(self, item: Item) -> str:
        """A page of one thing."""
        tables = {table.id: table for table in item.tables}
        return self.render(item.template, item.file, view=item.view, tables=tables)


def render_section(
    templates: Path,
    section: Section,
    computed: Computed,
    figures: Mapping[str, Figure],
    *,
    printed: bool = False,
) -> str:
    """A section alone, from plain data and without a build; empty where it has nothing to say.

    Its tables and figures are counted from one. Raises KeyError for a figure not in `figures`.
    """
    part = assembled_section(section, computed)
    if part is None:
        return ""
    numbers = numbered([part], ())
    env = environment(templates)
    return Setting(env, frame(computed), figures, numbers, printed=printed).section(part)


def render_pages(
    env: Environment, report: Report, figures: Mapping[str, Figure]
) -> dict[str, bytes]:
    """Every HTML page by its path in the site.

    Raises KeyError for a link to a place that no page has.
    """
    setting = Setting(env, report.frame, figures, report.numbers)
    texts = {page.file: setting.page(page, report.sections) for page in report.pages}
    texts |= {item.file: setting.item(item) for item in report.items}
    return {file: text.encode() for file, text in joined(texts, report.pages).items()}


def joined(texts: Mapping[str, str], pages: Iterable[Page]) -> dict[str, str]:
    """Pages whose `#place` links lead to the page that has the place.

    Places are looked for on the page itself and then on the pages of the navigation. Raises
    KeyError when a place is nowhere.
    """
    places = {page.file: set(_ID.findall(texts[page.file])) for page in pages}
    home = {place: file for file, there in places.items() for place in there}

    def resolved(file: str, text: str) -> str:
        here = places.get(file) or set(_ID.findall(text))

        def link(match: re.Match[str]) -> str:
            place = match[1]
            if place in here:
                return match[0]
            return f'href="{relpath(home[place], file.rpartition("/")[0] or ".")}#{place}"'

        return _FRAGMENT.sub(link, text)

    return {file: resolved(file, text) for file, text in texts.items()}


def render_print(
    env: Environment, report: Report, figures: Mapping[str, Figure], files: str
) -> str:
    """The article for the PDF: its links stay relative, its images and styles are at `files`."""
    setting = Setting(env, report.frame, figures, report.numbers, files, printed=True)
    return setting.render(
        "print.html",
        "print.html",
        contents=[part.section for part in report.sections],
        sections=[setting.section(part) for part in report.sections],
    )


def assets(templates: Path) -> dict[str, bytes]:
    """Style, script, fonts and the viewer by their path in the site."""
    return {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in ("assets", "fonts", "viewer")
        for path in sorted((templates / folder).iterdir())
        if path.is_file()
    }
