"""Tables as CSV that a spreadsheet shows as it stands, and the way back.

A spreadsheet computes a cell that begins with `=`, `+`, `-` or `@`. A text that begins so gets an
apostrophe in front (OWASP, CSV Injection); numbers are none of the kind and stay.
"""

import re
from collections.abc import Iterable

NUMBER = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
NUMBERS = re.compile(rf"{NUMBER}(, {NUMBER})*")
"""A number, or the coordinates of a place, in which there is nothing to compute."""

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""How a formula begins; apostrophes count, so that those of a text itself come back too."""


def to_csv(columns: Iterable[str], rows: Iterable[Iterable[str]], delimiter: str = ",") -> str:
    """RFC 4180 text with one header row and line feeds."""
    table = (columns, *rows)
    lines = (delimiter.join(_quoted(guarded(cell), delimiter) for cell in row) for row in table)
    return "".join(f"{line}\n" for line in lines)


def _quoted(cell: str, delimiter: str) -> str:
    # Python's writer leaves a carriage return bare, which its reader takes for the end of a row.
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if any(mark in cell for mark in f'{delimiter}"\r\n') else cell


def guarded(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBERS.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` made this of."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
