"""What the report is made of: sections on pages, pages of one thing each, files of data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from trdreport.exchange.delimited import to_csv
from trdreport.sections.facts.computed import Computed
from trdreport.sections.figures.sketch import Sketch
from trdreport.sections.tables import Table
from trdreport.work.store import Store


class Heading(StrEnum):
    """Headings of the downloads page, in their order."""

    TABLES = "Tables"
    TOOLS = "For other tools"
    COORDINATES = "Coordinates for GingerALE (Sleuth text)"
    RECORDS = "Records"
    MAPS = "Maps (NIfTI, each with a JSON description beside it)"


@dataclass(frozen=True)
class DataFile:
    """A file below data/: its name there, and how it is made; `make` may ask the store.

    The downloads page lists it under its heading, with `words` that say what it is; without a
    heading it does not.
    """

    name: str
    make: Callable[[Store], bytes] = field(repr=False)
    heading: Heading | None = None
    words: str = ""


def ready(
    name: str, content: bytes | str, heading: Heading | None = None, words: str = ""
) -> DataFile:
    """A file whose content is in hand."""
    made = content.encode() if isinstance(content, str) else content
    return DataFile(name, lambda _: made, heading, words)


def csv_file(
    name: str, columns: Iterable[str], rows: Iterable[Iterable[str]], words: str
) -> DataFile:
    """A table as data, listed among the tables."""
    return ready(name, to_csv(columns, rows), Heading.TABLES, words)


def table_files(table: Table) -> tuple[DataFile, ...]:
    """A table as shown, as CSV and TSV; the links to them stand beside it."""
    stem = f"tables/{table.id}"
    return ready(f"{stem}.csv", table.csv()), ready(f"{stem}.tsv", table.tsv())


def _none(_: Computed) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Section:
    """A part of the report: a module here and a template of the same name, its `id`.

    `place` is its anchor and `title` its heading. `page` is the file of the page that it stands on;
    without one it is only in print. `view` gives what its template shows, from plain data; where
    it gives None there is nothing to say, and the section is left out. Its tables and figures come
    in the order in which they are shown. `scripts` are files of assets/ that its page loads.
    """

    id: str
    place: str
    title: str
    view: Callable[[Computed], object]
    page: str = ""
    tables: Callable[[Computed], Iterable[Table]] = _none
    figures: Callable[[Computed], Iterable[Sketch]] = _none
    files: Callable[[Computed], Iterable[DataFile]] = _none
    scripts: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """Its template, below the folder of templates."""
        return f"sections/{self.id}.html"


@dataclass(frozen=True)
class Item:
    """A page of one thing, such as a study: its file in the site, and what its template shows."""

    file: str
    template: str
    view: object
    tables: tuple[Table, ...] = ()
    figures: tuple[Sketch, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of the navigation: its file and its name there, its title, the words of its card.

    The page without a title is the first; cards lead from there to those that have words.
    """

    file: str
    name: str
    title: str
    card: Callable[[Computed], str] = lambda _: ""
