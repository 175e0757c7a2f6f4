"""The door to WeasyPrint: the report as a tagged PDF."""

import os

EPOCH = "0"
"""Fonts inside the PDF carry a date; a fixed one makes the file the same every time."""


def write_pdf(page: str) -> bytes:
    """A page as PDF/UA-1, in its print style.

    Images and styles must be absolute; relative links are written as they stand, so that the PDF
    names no folder of the machine that made it.
    """
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = before or EPOCH
    try:
        from weasyprint import HTML

        content = HTML(string=page, media_type="print").write_pdf(pdf_variant="pdf/ua-1")
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
    return bytes(content)
