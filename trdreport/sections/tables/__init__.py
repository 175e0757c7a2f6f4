"""Tables of the report. One object gives the HTML, the PDF and the CSV, so they agree."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from trdreport.exchange.delimited import to_csv
from trdreport.model.fields import UNKNOWN_WORDS

NOT_APPLICABLE = "not applicable"

MISSING = (*(word.replace("_", " ") for word in UNKNOWN_WORDS), NOT_APPLICABLE)
"""What a cell says when it has no value."""

Tone = Literal["good", "bad", "open"]
"""How a verdict is marked."""


@dataclass(frozen=True)
class Column:
    """A column: its title, and whether its cells are words, set in figures, or verdicts."""

    title: str
    kind: Literal["text", "number", "verdict"] = "text"


def texts(*titles: str) -> tuple[Column, ...]:
    """Columns of words."""
    return tuple(Column(title) for title in titles)


def numbers(*titles: str) -> tuple[Column, ...]:
    """Columns set in figures."""
    return tuple(Column(title, "number") for title in titles)


@dataclass(frozen=True)
class Line:
    """A row of a table with what it is about: see `Table`."""

    cells: tuple[str, ...]
    page: str
    place: str
    point: str
    tone: str


@dataclass(frozen=True)
class Table:
    """A captioned table of text cells; its number comes from where it stands in the report.

    Where given, there is one of each for every row: the page of the site that its first cell leads
    to (`pages`), its own id (`places`), its MNI position `x,y,z` (`points`), and the mark of its
    verdict (`tones`). A row without one has an empty text.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tones: tuple[Tone, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The rows with all that belongs to each."""
        none = ("",) * len(self.rows)
        beside = (each or none for each in (self.pages, self.places, self.points, self.tones))
        return tuple(Line(*line) for line in zip(self.rows, *beside, strict=True))

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the columns."""
        return tuple(column.title for column in self.columns)

    def csv(self) -> str:
        """The table as CSV with a header row."""
        return to_csv(self.titles, self.rows)

    def tsv(self) -> str:
        """The table as tab-separated text with a header row."""
        return to_csv(self.titles, self.rows, "\t")


def kind_of_missing(cell: str) -> str:
    """A class name for a cell without a value: `not-reported` and so on; empty for others."""
    return cell.replace(" ", "-") if cell in MISSING else ""


def shown(value: object) -> str:
    """A record's value as a reader sees it."""
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    return text.replace("_", " ") if text in UNKNOWN_WORDS else text
