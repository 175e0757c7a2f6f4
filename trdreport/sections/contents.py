"""The contents of the report: one list of its sections and one of its pages.

A section is added by a module and a template of its name and a line here; nothing else knows it.
"""

from collections.abc import Callable, Iterable

from trdreport.sections import (
    candidates,
    changes,
    cite,
    claims,
    currency,
    doubts,
    downloads,
    evidence,
    limitations,
    methods,
    overview,
    practice,
    quality,
    references,
    regions,
    results,
    robustness,
    search,
    studies,
    summary,
    through_time,
    update,
)
from trdreport.sections.facts.computed import Computed
from trdreport.sections.pages.analysis import analysis_pages
from trdreport.sections.pages.study import study_pages
from trdreport.sections.section import Item, Page, Section
from trdreport.sections.words import plural

SECTIONS: tuple[Section, ...] = (
    summary.SECTION,
    currency.SECTION,
    search.SECTION,
    candidates.SECTION,
    studies.SECTION,
    quality.SECTION,
    doubts.SECTION,
    update.SECTION,
    overview.SECTION,
    regions.SECTION,
    results.SECTION,
    robustness.SECTION,
    through_time.SECTION,
    evidence.SECTION,
    methods.SECTION,
    claims.SECTION,
    practice.SECTION,
    limitations.SECTION,
    references.SECTION,
    changes.SECTION,
    cite.SECTION,
    downloads.SECTION,
)
"""In reading order: of each page, and of the whole in print."""

ITEMS: tuple[Callable[[Computed], Iterable[Item]], ...] = (
    analysis_pages,
    study_pages,
    changes.edition_pages,
)
"""Pages of one thing each, kind by kind."""


def _doubts(computed: Computed) -> str:
    return f"ratings, and {plural(len(computed.doubts), 'thing')} that we could not reconcile"


PAGES: tuple[Page, ...] = (
    Page("index.html", "Summary", ""),
    Page(
        "results.html", "Results", "Results",
        lambda _: "every analysis and what it found; each has a page of its own with a brain"
        " viewer",
    ),
    Page(
        "studies.html", "Studies", "Search and studies",
        lambda _: "how they were found, whom they studied, and how; each has a page of its own",
    ),
    Page("quality.html", "Quality", "Quality and doubts", _doubts),
    Page(
        "robustness.html", "Robustness", "Robustness",
        lambda _: "what rests on which study, and what survives other choices",
    ),
    Page(
        "evidence.html", "Evidence", "Evidence around the meta-analysis",
        lambda _: "what reviews and abstracts say of the same regions; never pooled",
    ),
    Page(
        "methods.html", "Methods", "Methods and reproducibility",
        lambda _: "how it was computed, and every published value against ours",
    ),
    Page(
        "changes.html", "What changed", "What changed",
        lambda _: "each edition beside the one before it: studies, results, maps",
    ),
    Page(
        "downloads.html", "Downloads", "Downloads and citation",
        lambda _: "maps, tables, coordinates, records, and how to cite",
    ),
)  # fmt: skip
"""In the order of the navigation; a page on which no section stands is not there."""
