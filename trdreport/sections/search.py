"""The search: sources, query, criteria, and the flow of records from there to here."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.model.review import Criterion, Prisma, Review, Search
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import Section
from trdreport.sections.tables import Table, shown
from trdreport.sections.tables.studies import screening_tables
from trdreport.sections.words import plural


@dataclass(frozen=True)
class FlowView:
    """The PRISMA flow of the newest search."""

    search: Search

    @property
    def words(self) -> str:
        """The flow in a sentence, for those who do not see it."""
        p = self.search.prisma
        return (
            f"{p.records_identified} records identified, {p.duplicates_removed} duplicates"
            f" removed, {p.records_screened} screened, {p.records_excluded} excluded,"
            f" {p.reports_sought} reports sought, {p.reports_not_retrieved} not retrieved,"
            f" {p.reports_assessed} assessed, {p.reports_excluded} excluded,"
            f" {plural(p.studies_included, 'study', 'studies')} included"
            + (f", {p.studies_before} from before." if p.studies_before else ".")
        )


@dataclass(frozen=True)
class SearchView:
    """The searches, oldest first, the flow of the newest, who screened, and by which criteria.

    `tables` are the ids of the searches in numbers, the newest first.
    """

    searches: tuple[Search, ...]
    tables: tuple[str, ...]
    flow: FlowView
    screeners: str
    agreement: str
    criteria: tuple[Criterion, ...]
    excluded: tuple[str, ...]


def view(computed: Computed) -> SearchView:
    """What the section shows."""
    registry, review = computed.registry, computed.registry.review
    return SearchView(
        searches=registry.searches,
        tables=tuple(table.id for table in screening_tables(registry)),
        flow=FlowView(registry.searches[-1]),
        screeners=_screeners(review),
        agreement=shown(review.agreement),
        criteria=review.eligibility,
        excluded=review.excluded,
    )


def _screeners(review: Review) -> str:
    count = review.screeners
    if isinstance(count, str):
        return f"The number of screeners is {shown(count)}."
    return f"Each record was screened by {count} {'person' if count == 1 else 'people'}."


def tables(computed: Computed) -> Iterator[Table]:
    """Every search in numbers."""
    yield from screening_tables(computed.registry)


def figures(computed: Computed) -> Iterator[Sketch]:
    """The flow."""
    of = FlowView(computed.registry.searches[-1])
    yield Sketch(
        "prisma",
        None,
        of.words,
        f"PRISMA 2020 flow of the search up to {of.search.date}. {_caption(of.search.prisma)}",
        source="data/tables/screening.csv",
        template="prisma.svg",
        view=of,
    )


def _caption(p: Prisma) -> str:
    text = (
        f"Of {plural(p.records_identified, 'record')}, {p.records_screened}"
        f" {_verb(p.records_screened)} screened after {plural(p.duplicates_removed, 'duplicate')}"
        f" {_verb(p.duplicates_removed)} removed; {p.records_excluded}"
        f" {_verb(p.records_excluded)} excluded on title and abstract,"
        f" {plural(p.reports_assessed, 'full text')} {_verb(p.reports_assessed)} assessed,"
        f" {p.reports_excluded} excluded, and {plural(p.studies_included, 'study', 'studies')}"
        " included."
    )
    if p.studies_before:
        total = p.studies_before + p.studies_included
        text += f" With the {p.studies_before} of the previous version there are {total} studies."
    if isinstance(p.exclusion_reasons, str):
        text += f" The reasons for exclusion are {shown(p.exclusion_reasons)}"
        text += " to us." if p.exclusion_reasons == "not_available" else "."
    return text


def _verb(count: int) -> str:
    return "was" if count == 1 else "were"


SECTION = Section(
    id="search",
    place="search",
    title="Search and selection",
    page="studies.html",
    view=view,
    tables=tables,
    figures=figures,
)
