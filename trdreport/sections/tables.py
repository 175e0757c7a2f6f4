"""Tables of the report. One object gives the HTML, the PDF and the CSV, so they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trdreport.exchange.delimited import to_csv
from trdreport.model.fields import UNKNOWN_WORDS

NOT_APPLICABLE = "not applicable"

MISSING = (*(word.replace("_", " ") for word in UNKNOWN_WORDS), NOT_APPLICABLE)
"""What a cell says when it has no value."""


@dataclass(frozen=True)
class Table:
    """A captioned table of text cells. `numeric` names the columns set in figures.

    `links` maps a cell's text to a page of the site. Where rows are clusters, `places` has an id
    and `points` the MNI position, `x,y,z`, of each.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    links: Mapping[str, str] | None = None
    places: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    def csv(self) -> str:
        """The table as CSV with a header row."""
        return to_csv(self.columns, self.rows)

    def tsv(self) -> str:
        """The table as tab-separated text with a header row."""
        return to_csv(self.columns, self.rows, "\t")


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
