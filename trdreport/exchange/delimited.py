"""Tables as CSV that a spreadsheet shows as it stands, and the way back.

A spreadsheet computes a cell that begins with `=`, `+`, `-` or `@`. A text that begins so gets an
apostrophe in front (OWASP, CSV Injection); numbers are none of the kind and stay.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial

NUMBER = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
NUMBERS = re.compile(rf"{NUMBER}(, {NUMBER})*")
"""A number, or the coordinates of a place, in which there is nothing to compute."""

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""How a formula begins; apostrophes count, so that those of a text itself come back too."""


def to_csv(columns: Iterable[str], rows: Iterable[Iterable[str]], delimiter: str = ",") -> str:
    """RFC 4180 text with one header row and line feeds."""
    quoted = partial(_quoted, re.compile(f'[{re.escape(delimiter)}"\r\n]').search)
    lines = (delimiter.join(map(quoted, map(guarded, row))) for row in (columns, *rows))
    return "".join(f"{line}\n" for line in lines)


def _quoted(marked: Callable[[str], object], cell: str) -> str:
    # Python's writer leaves a carriage return bare, which its reader takes for the end of a row.
    if not marked(cell):
        return cell
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def guarded(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBERS.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` made this of."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
