"""Tables as text: RFC 4180 with commas, or with tabs."""

import csv
import io
from collections.abc import Iterable


def to_csv(columns: Iterable[str], rows: Iterable[Iterable[str]], delimiter: str = ",") -> str:
    """RFC 4180 text with one header row and line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
