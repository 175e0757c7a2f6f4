"""How to cite the review and the report, for people and for reference managers."""

import json
from dataclasses import dataclass
from datetime import date

from trdreport.records.bibliography import Person, Reference
from trdreport.records.loading import Registry

TOOL = "trdreport"
SHORT_DIGEST = 12
"""Digits of the records' digest that name a version of the report."""


LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
"""Of the records and tables."""


@dataclass(frozen=True)
class Citation:
    """The review that gave the data and the report made from it, in words."""

    review: str
    report: str


def citation(registry: Registry, version: str) -> Citation:
    """Both as a sentence each."""
    review = _review(registry)
    authors = ", ".join(author.short for author in review.authors)
    authors += ", et al" if review.others else ""
    where = f" {review.container} {review.year}"
    where += f"; {review.volume}" if review.volume else ""
    where += f": {review.pages}" if review.pages else ""
    doi = f" https://doi.org/{review.doi}" if review.doi else ""
    return Citation(
        review=f"{authors}. {review.title.rstrip('.')}.{where}.{doi}",
        report=f"{title(registry)}.{_stated(registry)} Computed by {TOOL} {version} from the"
        f" records {registry.digest[:SHORT_DIGEST]}.",
    )


def citation_files(registry: Registry, version: str) -> dict[str, bytes]:
    """`citation.bib`, `citation.ris` and `citation.cff`."""
    files = {
        "citation.bib": _bibtex(registry, version),
        "citation.ris": _ris(registry, version),
        "citation.cff": _cff(registry, version),
    }
    return {name: text.encode() for name, text in files.items()}


def _review(registry: Registry) -> Reference:
    return registry.references[registry.review.citation]


def title(registry: Registry) -> str:
    """What the report is called."""
    return f"{registry.review.short_title}: a living meta-analysis"


def _stated(registry: Registry) -> str:
    """Which edition this is, as a sentence behind another; nothing before the first."""
    words = registry.standing.words if registry.standing else ""
    return f" {words[0].upper()}{words[1:]}." if words else ""


def release(registry: Registry) -> tuple[str, date | None]:
    """The version of the report, and the day of its edition; a draft has none."""
    standing = registry.standing
    if standing is None:
        return registry.digest[:SHORT_DIGEST], None
    return standing.version, None if standing.draft else standing.edition.date


def _note(registry: Registry, version: str) -> str:
    stated = f"{registry.standing.words}, " if registry.standing else ""
    return f"{stated}{TOOL} {version}, records {registry.digest[:SHORT_DIGEST]}"


def _bibtex(registry: Registry, version: str) -> str:
    review = _review(registry)
    fields = {
        "author": _bibtex_authors(review),
        "title": f"{{{review.title}}}",
        "journal": review.container,
        "year": review.year,
        "volume": review.volume,
        "pages": review.pages,
        "doi": review.doi,
    }
    _, day = release(registry)
    report = {
        "title": f"{{{title(registry)}}}",
        "year": str(day.year) if day else "",
        "note": _note(registry, version),
    }

    def entry(kind: str, key: str, values: dict[str, str]) -> str:
        lines = [f"  {name} = {{{_plain(value)}}}" for name, value in values.items() if value]
        return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"

    key = f"{TOOL}-{registry.digest[:SHORT_DIGEST]}"
    return entry("article", review.key, fields) + "\n" + entry("misc", key, report)


def _bibtex_authors(review: Reference) -> str:
    names = [
        f"{{{author.family}}}" if author.institution
        else ", ".join(filter(None, (author.family, author.given)))
        for author in review.authors
    ]  # fmt: skip
    return " and ".join([*names, "others"] if review.others else names)


def _plain(value: str) -> str:
    return value.replace("\\", r"\textbackslash ").replace("%", r"\%").replace("&", r"\&")


def _ris(registry: Registry, version: str) -> str:
    review = _review(registry)
    first, _, last = review.pages.replace("--", "-").replace("–", "-").partition("-")
    article = [
        ("TY", "JOUR"),
        *(("AU", _ris_author(author)) for author in review.authors),
        ("TI", review.title), ("JO", review.container), ("PY", review.year),
        ("VL", review.volume), ("SP", first), ("EP", last), ("DO", review.doi),
    ]  # fmt: skip
    name, day = release(registry)
    report = [
        ("TY", "DATA"), ("TI", title(registry)), ("ET", name if registry.standing else ""),
        ("DA", f"{day:%Y/%m/%d/}" if day else ""), ("N1", _note(registry, version)),
    ]  # fmt: skip
    return "".join(
        "".join(f"{tag}  - {value}\n" for tag, value in entry if value) + "ER  - \n"
        for entry in (article, report)
    )


def _ris_author(author: Person) -> str:
    """`Wang, X Q`; an institution by its name."""
    return ", ".join(filter(None, (author.family, author.given.replace(".", ""))))


def _cff(registry: Registry, version: str) -> str:
    """JSON strings are YAML strings, so nothing in a title can break the file."""
    review = _review(registry)
    name, day = release(registry)
    lines = [
        "cff-version: 1.2.0",
        "message: Cite the review for its data, and this report for what was computed from them.",
        "type: dataset",
        f"title: {json.dumps(title(registry), ensure_ascii=False)}",
        f"version: {json.dumps(name)}",
        *([f"date-released: {day}"] if day else []),
        f"abstract: {json.dumps(_note(registry, version))}",
        "authors:",
        "  - name: The trdreport developers",
        "references:",
        "  - type: article",
        f"    title: {json.dumps(review.title, ensure_ascii=False)}",
        f"    journal: {json.dumps(review.container, ensure_ascii=False)}",
        *([f"    year: {review.year}"] if review.year.isdigit() else []),
        *([f"    doi: {json.dumps(review.doi)}"] if review.doi else []),
        "    authors:",
        *(line for author in review.authors for line in _cff_author(author)),
    ]
    return "\n".join(lines) + "\n"


def _cff_author(author: Person) -> list[str]:
    """A person by family and given names, an institution as an entity."""
    family = json.dumps(author.family, ensure_ascii=False)
    if author.institution:
        return [f"      - name: {family}"]
    given = f"        given-names: {json.dumps(author.given, ensure_ascii=False)}"
    return [f"      - family-names: {family}", *([given] if author.given else [])]


def linked_author(author: Person) -> dict[str, str]:
    """An author for schema.org."""
    return {"@type": "Organization" if author.institution else "Person", "name": author.short}


def linked_data(registry: Registry, significant: int) -> str:
    """JSON-LD about the report for search engines (schema.org), safe inside a script element."""
    review = _review(registry)
    name, day = release(registry)
    article = {
        "@type": "ScholarlyArticle",
        "name": review.title,
        "author": [linked_author(author) for author in review.authors],
        "isPartOf": {"@type": "Periodical", "name": review.container},
        "datePublished": review.year,
        **({"sameAs": f"https://doi.org/{review.doi}"} if review.doi else {}),
    }
    described = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": title(registry),
        "description": f"{registry.review.question} {len(registry.studies)} studies,"
        f" {registry.participants} participants, {len(registry.plan.analyses)} analyses,"
        f" {significant} significant cluster{'s' * (significant != 1)}.",
        "isBasedOn": article,
        "license": LICENCE,
        "version": name,
        **({"datePublished": str(day)} if day else {}),
        "isAccessibleForFree": True,
        "keywords": ["meta-analysis", "neuroimaging", registry.review.short_title],
        "distribution": [
            {"@type": "DataDownload", "contentUrl": file, "encodingFormat": kind}
            for file, kind in (
                ("data/foci.csv", "text/csv"),
                ("data/clusters.csv", "text/csv"),
                ("data/studies.csv", "text/csv"),
                ("data/studyset.json", "application/json"),
            )
        ],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def csl_json(registry: Registry) -> str:
    """The bibliography as CSL-JSON."""
    items = [_csl(reference) for _, reference in sorted(registry.references.items())]
    return json.dumps(items, indent=1, ensure_ascii=False) + "\n"


def _csl(reference: Reference) -> dict[str, object]:
    item: dict[str, object] = {
        "id": reference.key,
        "type": "article-journal",
        "title": reference.title,
        "author": [_csl_author(author) for author in reference.authors],
        "container-title": reference.container,
        "issued": {"date-parts": [[int(reference.year)]]} if reference.year.isdigit() else {},
        "volume": reference.volume,
        "page": reference.pages.replace("--", "-"),
        "DOI": reference.doi,
    }
    return {key: value for key, value in item.items() if value}


def _csl_author(author: Person) -> dict[str, str]:
    if author.institution:
        return {"literal": author.family}
    return {"family": author.family, **({"given": author.given} if author.given else {})}
