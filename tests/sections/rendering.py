"""Sections and pages rendered from plain data, with a blank picture for every figure."""

import html
import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.conftest import ROOT
from trdreport.engine.results import ExperimentTable, NotRun
from trdreport.engine.run import Result
from trdreport.engine.selection import experiment_table
from trdreport.publish.assembling import Report, assembled, data_files
from trdreport.publish.computing import METHODS, versions
from trdreport.publish.drawing import Gallery
from trdreport.publish.rendering import environment, render_pages, render_print, render_section
from trdreport.records.bibliography import read_bibliography
from trdreport.records.loading import Registry
from trdreport.sections import results
from trdreport.sections.facts.computed import Computed
from trdreport.sections.facts.statements import evidence_view
from trdreport.sections.figures.sketch import Figure, Sketch
from trdreport.sections.section import Section

TEMPLATES = ROOT / "templates"

compiled = cache(environment)
"""Templates of a folder, compiled once."""


def _blank() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (3, 2)).save(buffer, "PNG")
    return buffer.getvalue() + b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'


BLANK = _blank()


def planned(registry: Registry, **computed: object) -> Computed:
    """What can be said of a registry when nothing is run: its tables of experiments."""
    found: dict[str, Result] = {
        run.id: NotRun(run.id, experiment_table(registry, run), "not asked")
        for run in registry.plan.runs
    }
    plain = {
        "registry": registry,
        "results": found,
        "claims": (),
        "evidence": evidence_view(registry),
        "methods": read_bibliography(TEMPLATES / METHODS),
        "versions": versions(),
    }
    return Computed(**{**plain, **computed})  # type: ignore[arg-type]


def nothing_pooled(registry: Registry) -> dict[str, Result]:
    """Results of a plan that no study fits."""
    runs = registry.plan.runs
    return {run.id: NotRun(run.id, ExperimentTable(()), "no experiment") for run in runs}


def blank(sketches: Iterable[Sketch]) -> dict[str, Figure]:
    """Figures by id, none of them drawn."""
    return {sketch.id: sketch.figure(BLANK) for sketch in sketches}


def blank_gallery(sketches: Iterable[Sketch]) -> Gallery:
    """The same with their files."""
    sketches = tuple(sketches)
    files = {name: text for s in sketches for name, text in s.files(BLANK).items()}
    return Gallery(blank(sketches), files)


def rendered(section: Section, computed: Computed, *, printed: bool = False) -> str:
    """The HTML of a section; the summary shows figures of the results as well."""
    figures = blank((*section.figures(computed), *results.figures(computed)))
    return render_section(TEMPLATES, section, computed, figures, printed=printed)


def words(page: str) -> str:
    """What a reader sees of a page, in one line."""
    text = re.sub(r"<(script|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def said(section: Section, computed: Computed, *, printed: bool = False) -> str:
    """What a reader sees of a section."""
    return words(rendered(section, computed, printed=printed))


def site(computed: Computed, templates: Path = TEMPLATES) -> tuple[Report, Mapping[str, str], str]:
    """The report, all its pages by file, and the article for print."""
    env = compiled(templates)
    report = assembled(computed, data_files(computed))
    figures = blank(report.sketches)
    pages = render_pages(env, report, figures)
    article = render_print(env, report, figures, "")
    return report, {file: text.decode() for file, text in pages.items()}, article
