"""The door to WeasyPrint: the report as a tagged PDF."""

import os
from pathlib import Path

EPOCH = "0"
"""Fonts inside the PDF carry a date; a fixed one makes the file the same every time."""


def write_pdf(site: Path) -> bytes:
    """The page `index.html` of a finished site folder as PDF/UA-1, with its print style."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = before or EPOCH
    try:
        from weasyprint import HTML

        document = HTML(filename=site / "index.html", media_type="print")
        content = document.write_pdf(pdf_variant="pdf/ua-1", custom_metadata=False)
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
    return bytes(content)
