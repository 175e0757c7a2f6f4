"""Media types by suffix; the tables of the system differ from one computer to the next."""

from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

MEDIA: Final = MappingProxyType(
    {
        ".bib": "text/plain", ".cff": "application/yaml", ".css": "text/css", ".csv": "text/csv",
        ".gz": "application/gzip", ".html": "text/html", ".js": "text/javascript",
        ".json": "application/json", ".md": "text/markdown", ".pdf": "application/pdf",
        ".png": "image/png", ".ris": "application/x-research-info-systems",
        ".svg": "image/svg+xml", ".tsv": "text/tab-separated-values", ".txt": "text/plain",
        ".woff2": "font/woff2", ".yaml": "application/yaml", ".zip": "application/zip",
    }
)  # fmt: skip


def media_type(name: str) -> str:
    """The media type of a file by its name."""
    return MEDIA.get(PurePosixPath(name).suffix, "application/octet-stream")


def content_type(name: str) -> str:
    """The same for an answer over HTTP: texts are UTF-8."""
    kind = media_type(name)
    text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    return f"{kind}; charset=utf-8" if text else kind
