"""The report put together from its sections and pages, before and after its figures are drawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from trdreport.exchange.citing import linked_data
from trdreport.model.review import Review
from trdreport.publish.packing import archive_name
from trdreport.records.bibliography import Reference
from trdreport.records.editions import Standing
from trdreport.sections.contents import ITEMS, PAGES, SECTIONS
from trdreport.sections.facts.clusters import cluster_lines
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.section import DataFile, Heading, Item, Page, Section, table_files
from trdreport.sections.tables import Table
from trdreport.sections.words import plural


@dataclass(frozen=True)
class Shown:
    """A section with all that it shows; its figures are not drawn yet."""

    section: Section
    view: object
    tables: tuple[Table, ...]
    figures: tuple[Sketch, ...]


@dataclass(frozen=True)
class Link:
    """A page in the navigation, and the words of its card; empty for no card."""

    file: str
    name: str
    card: str


@dataclass(frozen=True)
class DownloadGroup:
    """Files under one heading: their path in the site, and what each is."""

    title: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Frame:
    """What stands around the sections on every page, in the navigation and at the top.

    `archive` is the name of the ZIP; empty where nothing is made for archives. `updated_to` is the
    end of the newest search; empty where the paper knew every study. `standing` says which edition
    this is; None before the first.
    """

    review: Review
    reference: Reference
    versions: Mapping[str, str]
    digest: str
    facts: tuple[tuple[str, int], ...]
    pages: tuple[Link, ...]
    downloads: tuple[DownloadGroup, ...]
    archive: str
    linked_data: str
    updated_to: str
    standing: Standing | None


@dataclass(frozen=True)
class Report:
    """The whole report: its sections in reading order, its pages of one thing, its numbering.

    `pages` are those on which a section stands. `numbers` has `Table 3` or `Figure S2` by the
    anchor of a table or figure.
    """

    frame: Frame
    pages: tuple[Page, ...]
    sections: tuple[Shown, ...]
    items: tuple[Item, ...]
    numbers: Mapping[str, str]

    @property
    def parts(self) -> "tuple[Shown | Item, ...]":
        """Sections and pages of one thing, in reading order."""
        return (*self.sections, *self.items)

    @property
    def printed(self) -> tuple[Sketch, ...]:
        """Every figure of the sections once, in reading order: those that the PDF shows."""
        return _once(self.sections)

    @property
    def sketches(self) -> tuple[Sketch, ...]:
        """Every figure once, in reading order; the printed ones come first."""
        return _once(self.parts)


def _once(parts: "Iterable[Shown | Item]") -> tuple[Sketch, ...]:
    found: dict[str, Sketch] = {}
    for part in parts:
        for sketch in part.figures:
            found.setdefault(sketch.id, sketch)
    return tuple(found.values())


def assembled_section(section: Section, computed: Computed) -> Shown | None:
    """A section with what it shows; None where it has nothing to say."""
    view = section.view(computed)
    if view is None:
        return None
    return Shown(section, view, tuple(section.tables(computed)), tuple(section.figures(computed)))


def assembled(computed: Computed, files: Iterable[DataFile], *, archive: bool = False) -> Report:
    """The report of what was computed; `files` are what its downloads page lists.

    It speaks of files for archives where they are made.
    """
    sections = tuple(part for section in SECTIONS if (part := assembled_section(section, computed)))
    items = tuple(item for kind in ITEMS for item in kind(computed))
    there = {part.section.page for part in sections}
    pages = tuple(page for page in PAGES if page.file in there)
    around = frame(computed, files, pages, archive=archive)
    return Report(around, pages, sections, items, numbered(sections, items))


def numbered(sections: Iterable[Shown | Item], items: Iterable[Item]) -> dict[str, str]:
    """Numbers of tables with rows and of figures, counted in reading order.

    What only stands on pages of one thing is counted apart: S1, S2 and so on.
    """
    sections, items = tuple(sections), tuple(items)
    return {
        **dict(_counted("Table", map(_tables, sections), map(_tables, items))),
        **dict(_counted("Figure", map(_figures, sections), map(_figures, items))),
    }


def _tables(part: Shown | Item) -> list[str]:
    return [table.id for table in part.tables if table.rows]


def _figures(part: Shown | Item) -> list[str]:
    return [sketch.place for sketch in part.figures]


def _counted(
    word: str, sections: Iterable[list[str]], items: Iterable[list[str]]
) -> Iterator[tuple[str, str]]:
    first = dict.fromkeys(place for places in sections for place in places)
    others = dict.fromkeys(p for places in items for p in places if p not in first)
    for mark, counted in (("", first), ("S", others)):
        for number, place in enumerate(counted, 1):
            yield place, f"{word} {mark}{number}"


def frame(
    computed: Computed,
    files: Iterable[DataFile] = (),
    pages: Iterable[Page] = PAGES,
    *,
    archive: bool = False,
) -> Frame:
    """What stands around the sections."""
    registry = computed.registry
    significant = cluster_lines(registry, computed.leading, computed.results, corrected=True)
    foci = sum(len(result.foci) for study in registry.studies for result in study.contrasts)
    return Frame(
        review=registry.review,
        reference=registry.references[registry.review.citation],
        versions=computed.versions,
        digest=registry.digest,
        facts=(
            ("studies", len(registry.studies)),
            ("participants", registry.participants),
            ("foci", foci),
            ("analyses", len(registry.plan.analyses)),
            (plural(len(significant), "significant cluster").split(" ", 1)[1], len(significant)),
        ),
        pages=tuple(Link(page.file, page.name, page.card(computed)) for page in pages),
        downloads=tuple(_groups(files)),
        archive=archive_name(registry) if archive else "",
        linked_data=linked_data(registry, len(significant)),
        updated_to=str(registry.searches[-1].date) if registry.updated else "",
        standing=registry.standing,
    )


def _groups(files: Iterable[DataFile]) -> Iterator[DownloadGroup]:
    files = tuple(files)
    for heading in Heading:
        named = [(f"data/{f.name}", f.words) for f in files if f.heading is heading]
        if named:
            yield DownloadGroup(heading.value, tuple(named))


def data_files(computed: Computed) -> tuple[DataFile, ...]:
    """What every section adds to data/."""
    return tuple(file for section in SECTIONS for file in section.files(computed))


def tables_as_files(report: Report) -> Iterator[DataFile]:
    """Every table as shown."""
    for part in report.parts:
        for table in part.tables:
            yield from table_files(table)
