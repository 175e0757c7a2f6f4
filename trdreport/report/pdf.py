"""The door to WeasyPrint: the report as a tagged PDF."""

import mimetypes
import os
from collections.abc import Mapping

EPOCH = "0"
"""Fonts inside the PDF carry a date; a fixed one makes the file the same every time."""

FILES = "https://site.invalid/"
"""Where a page for the PDF looks for images and styles: a name for the files in hand."""


def write_pdf(page: str, files: Mapping[str, bytes]) -> bytes:
    """A page as PDF/UA-1, in its print style; nothing is read from disk or network.

    The page names images and styles as `FILES` and their path in the site, and `files` has their
    contents by path. Links that are relative stay so. Raises when a file is missing.
    """
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = before or EPOCH
    try:
        from weasyprint import HTML
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class InHand(URLFetcher):  # type: ignore[misc]
            def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002
                content = files.get(url.removeprefix(FILES))
                if content is None:
                    raise FatalURLFetchingError(f"the report has no file {url}")
                kind = mimetypes.guess_type(url)[0] or "application/octet-stream"
                return URLFetcherResponse(url, content, {"Content-Type": kind})

        html = HTML(string=page, media_type="print", url_fetcher=InHand())
        content = html.write_pdf(pdf_variant="pdf/ua-1")
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
    return bytes(content)
