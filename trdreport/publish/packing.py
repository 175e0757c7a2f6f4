"""The site as a package: a manifest with check sums, RO-Crate metadata, and one ZIP of all data."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from trdreport.exchange.citing import LICENCE, SHORT_DIGEST, linked_author, release, title
from trdreport.exchange.delimited import to_csv
from trdreport.publish.media import media_type
from trdreport.publish.site import check_name
from trdreport.records.loading import Registry

MANIFEST = "data/manifest.csv"
CRATE = "ro-crate-metadata.json"
DATA = ("data/", "editions/", "figures/")
PACKED = (*DATA, CRATE)
"""What the ZIP holds: all but the pages, the PDFs and what only they need; figures as SVG alone."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a ZIP can say; a fixed one makes the file the same every time."""


def archive_name(registry: Registry) -> str:
    """Name of the ZIP under data/."""
    return f"trdreport-{registry.digest[:SHORT_DIGEST]}.zip"


def packaged(
    registry: Registry, files: Mapping[str, bytes], version: str, *, archive: bool = False
) -> dict[str, bytes]:
    """RO-Crate metadata and the manifest for the files of a site, by path; on request a ZIP."""
    crate = {CRATE: ro_crate(registry, files, version)}
    listed = {MANIFEST: manifest({**files, **crate})}
    if not archive:
        return {**crate, **listed}
    packed = {
        name: content
        for name, content in {**files, **crate, **listed}.items()
        if name.startswith(PACKED) and not name.endswith(".png")
    }
    return {**crate, **listed, f"data/{archive_name(registry)}": zipped(packed)}


def attached(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of the files of a site what the PDF for archives carries: data that are text."""
    return {
        name: content
        for name, content in sorted(files.items())
        if name.startswith("data/") and not name.endswith((".gz", ".tsv"))
    }


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Every file with its size and SHA-256; the manifest itself and the ZIP are not in it."""
    rows = [
        (name, str(len(content)), hashlib.sha256(content).hexdigest())
        for name, content in sorted(files.items())
    ]
    return to_csv(("file", "bytes", "sha256"), rows).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of files by path, the same bytes every time; raises DataError for a path out of it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(check_name(name), EPOCH)
            packed_already = name.endswith(".gz")
            entry.compress_type = zipfile.ZIP_STORED if packed_already else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return buffer.getvalue()


def ro_crate(registry: Registry, files: Mapping[str, bytes], version: str) -> bytes:
    """RO-Crate 1.1 metadata of the site, every data file described.

    `datePublished`, which RO-Crate asks for, is the day of the edition. Where it is none it is the
    end of the newest search: what the report is up to date with. The day on which it was built is
    not published.
    """
    name, day = release(registry)
    review = registry.references[registry.review.citation]
    doi = f"https://doi.org/{review.doi}" if review.doi else f"#{review.key}"
    people: list[dict[str, object]] = [
        {"@id": f"#{author.short}", **linked_author(author)} for author in review.authors
    ]
    data = [name for name in sorted(files) if name.startswith(DATA)]
    graph: list[dict[str, object]] = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": title(registry),
            "description": registry.review.question,
            "datePublished": str(day or registry.searches[-1].date),
            **({"version": name} if registry.standing else {}),
            "license": {"@id": LICENCE},
            "identifier": registry.digest,
            "citation": {"@id": doi},
            "hasPart": [{"@id": name} for name in data],
        },
        {
            "@id": LICENCE,
            "@type": "CreativeWork",
            "name": "CC0 1.0 Universal",
        },
        {
            "@id": doi,
            "@type": "ScholarlyArticle",
            "name": review.title,
            "author": [{"@id": f"#{author.short}"} for author in review.authors],
        },
        *people,
        {
            "@id": "#trdreport",
            "@type": "SoftwareApplication",
            "name": "trdreport",
            "softwareVersion": version,
        },
        {
            "@id": "#build",
            "@type": "CreateAction",
            "name": "trdreport build",
            "instrument": {"@id": "#trdreport"},
            "result": {"@id": "./"},
        },
    ]
    graph += [
        {
            "@id": name,
            "@type": "File",
            "contentSize": str(len(files[name])),
            "encodingFormat": media_type(name),
            "sha256": hashlib.sha256(files[name]).hexdigest(),
        }
        for name in data
    ]
    crate = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return (json.dumps(crate, indent=1, ensure_ascii=False) + "\n").encode()
