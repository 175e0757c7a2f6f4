"""The door to WeasyPrint: the report as a tagged PDF, plain or for archives, and SVG as PNG."""

import io
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from trdreport.publish.media import media_type

if TYPE_CHECKING:
    from weasyprint import HTML

EPOCH = "0"
"""Fonts inside the PDF carry a date; a fixed one makes the file the same every time."""

FILES = "https://site.invalid/"
"""Where a page for the PDF looks for images and styles: a name for the files in hand."""

SCALE = 2.0
"""Pixels of a picture for each of the SVG that it is made from."""

MOST_PIXELS = 40_000_000
"""Of a picture; a chart with names of 2,000 letters has fewer for each of the SVG's."""

PIXELS_PER_POINT = 96 / 72


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = before or EPOCH
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def write_pdf(
    page: str, files: Mapping[str, bytes], attached: Mapping[str, bytes] | None = None
) -> bytes:
    """A page as PDF/UA-1 in its print style, or as PDF/A-3 with the files in `attached`.

    Nothing is read from disk or network: the page names images and styles as `FILES` and their
    path in the site, and `files` has their contents by path. Links that are relative stay so.
    Raises when a file is missing.
    """
    with _fixed_date():
        from weasyprint import Attachment

        html = _html(page, files)
        if not attached:
            return bytes(html.write_pdf(pdf_variant="pdf/ua-1"))
        day = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
        attachments = [
            Attachment(
                file_obj=io.BytesIO(content),
                name=name.removeprefix("data/").replace("/", "-"),
                description=name,
                created=day,
                modified=day,
                relationship="Data",
            )
            for name, content in sorted(attached.items())
        ]
        with warnings.catch_warnings():
            # WeasyPrint leaves the colour profile that PDF/A wants open until it is collected.
            warnings.simplefilter("ignore", ResourceWarning)
            return bytes(html.write_pdf(pdf_variant="pdf/a-3a", attachments=attachments))


def picture(svg: bytes, files: Mapping[str, bytes]) -> bytes:
    """An SVG as PNG of 256 colours, through PDF, in the fonts of the report."""
    with _fixed_date():
        import pypdfium2

        text = svg.decode()
        width, height = text.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
        page = (
            f'<!doctype html><link rel="stylesheet" href="{FILES}assets/fonts.css"><style>'
            f"@page {{ size: {width}px {height}px; margin: 0 }} body {{ margin: 0 }}"
            f"</style>{text}"
        )
        fonts = {name: _unpacked(content) for name, content in files.items()}
        document = pypdfium2.PdfDocument(_html(page, fonts).write_pdf())
        wide, high = document[0].get_size()
        scale = min(SCALE * PIXELS_PER_POINT, math.sqrt(MOST_PIXELS / (wide * high)))
        image = document[0].render(scale=scale).to_pil()
        buffer = io.BytesIO()
        image.convert("RGB").quantize(256, dither=0).save(buffer, "PNG")
        return buffer.getvalue()


@cache
def _unpacked(file: bytes) -> bytes:
    """A WOFF2 font as it is inside, once for many pictures: this takes longer than to draw one."""
    if not file.startswith(b"wOF2"):
        return file
    from fontTools.ttLib import woff2

    font = io.BytesIO()
    woff2.decompress(io.BytesIO(file), font)
    return font.getvalue()


def _html(page: str, files: Mapping[str, bytes]) -> "HTML":
    """A page for WeasyPrint that finds its files in hand and nowhere else."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class InHand(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002
            content = files.get(url.removeprefix(FILES))
            if content is None:
                raise FatalURLFetchingError(f"the report has no file {url}")
            return URLFetcherResponse(url, content, {"Content-Type": media_type(url)})

    return HTML(string=page, media_type="print", url_fetcher=InHand())
