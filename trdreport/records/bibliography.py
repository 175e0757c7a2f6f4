"""Read references.bib."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybtex.database import BibliographyData, Entry
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.scanner import PybtexSyntaxError

from trdreport.errors import DataError, Problem, file_problem
from trdreport.records.yamlfile import read_text

DOI = re.compile(r"10\.\d{4,9}/\S+")
UNDATED = "n.d."
"""The year of a document whose copy does not print one."""


@dataclass(frozen=True)
class Person:
    """An author by the parts of the name; an institution has only its own."""

    family: str
    given: str = ""
    institution: bool = False

    @property
    def short(self) -> str:
        """`Wang XQ`: family name and initials."""
        parts = re.split(r"[\s-]+", self.given)
        return f"{self.family} {''.join(part[:1].upper() for part in parts)}".strip()


@dataclass(frozen=True)
class Reference:
    """One bibliography entry, in plain text; `others` where it names not all of its authors."""

    key: str
    authors: tuple[Person, ...]
    others: bool
    title: str
    container: str
    year: str
    volume: str
    pages: str
    doi: str

    @property
    def short_authors(self) -> str:
        """All authors up to six, otherwise the first six and `et al.`."""
        shown = [author.short for author in self.authors[:6]]
        more = self.others or len(self.authors) > 6
        return ", ".join([*shown, "et al."] if more else shown)

    @property
    def cited(self) -> str:
        """`Page 2021`: the first author's family name, or the key for want of one, and the year."""
        first = self.authors[0].family if self.authors else self.key
        return f"{first} {self.year}"


def read_bibliography(path: Path) -> dict[str, Reference]:
    """Entries by key, in the order of the file; raises DataError."""
    if not path.exists():
        raise DataError([file_problem(path, "is missing; every registry has this file")])
    references, problems = parse_bibliography(read_text(path), path)
    if problems:
        raise DataError(problems)
    return references


def parse_bibliography(text: str, path: Path) -> tuple[dict[str, Reference], list[Problem]]:
    """The entries in the text of the file `path`, and what is wrong in single ones.

    Raises DataError when the text is no BibTeX, so that its entries cannot be known.
    """
    try:
        data: BibliographyData = Parser().parse_string(text)
    except PybtexSyntaxError as error:
        message = " ".join(str(error).split())
        raise DataError([Problem(str(path), error.lineno, 1, "", f"{message}; mend it")]) from error
    except PybtexError as error:
        raise DataError([file_problem(path, f"{error}; mend the entry")]) from error
    lines = _lines_by_key(text)
    references = {key: _reference(key, entry) for key, entry in data.entries.items()}
    problems = [
        Problem(str(path), lines.get(key, 1), 1, key, message)
        for key, reference in references.items()
        for message in _faults(reference)
    ]
    return references, problems + _duplicate_dois(path, references, lines)


def _reference(key: str, entry: Entry) -> Reference:
    fields = entry.fields

    def field(*names: str) -> str:
        found = next((fields[name] for name in names if name in fields), "")
        return _plain(found)

    authors = [_person(person) for person in entry.persons.get("author", ())]
    return Reference(
        key=key,
        authors=tuple(author for author in authors if author != OTHERS),
        others=OTHERS in authors,
        title=field("title"),
        container=field("journal", "booktitle", "howpublished"),
        year=field("year"),
        volume=field("volume"),
        pages=field("pages", "number").replace("--", "–"),
        doi=field("doi"),
    )


OTHERS = Person("others")
"""What BibTeX reads in `and others`."""


def _person(person: Any) -> Person:
    """An author; a name that stands in braces as a whole is an institution's."""
    last = " ".join([*person.prelast_names, *person.last_names])
    given = " ".join([*person.first_names, *person.middle_names])
    whole = not given and last.startswith("{") and last.endswith("}")
    return Person(_plain(last), _plain(given), whole)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[{}]", "", text).split())


def _faults(reference: Reference) -> list[str]:
    faults = []
    if not reference.title:
        faults.append("has no title; add one")
    if not re.fullmatch(rf"(19|20)\d\d|{re.escape(UNDATED)}", reference.year):
        faults.append(
            f"year '{reference.year}' is not a year; write it as 2023, or {UNDATED} when the copy"
            " in hand has none"
        )
    if reference.doi and not DOI.fullmatch(reference.doi):
        faults.append(f"DOI '{reference.doi}' is malformed; write it as 10.1111/pcn.13530")
    return faults


def _duplicate_dois(
    path: Path, references: dict[str, Reference], lines: dict[str, int]
) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for key, reference in references.items():
        doi = reference.doi.lower()
        if doi and doi in first:
            message = f"has the DOI of '{first[doi]}'; keep one of the two entries"
            problems.append(Problem(str(path), lines.get(key, 1), 1, key, message))
        first.setdefault(doi, key)
    return problems


def _lines_by_key(text: str) -> dict[str, int]:
    return {
        match.group(1): text.count("\n", 0, match.start()) + 1
        for match in re.finditer(r"@\w+\s*\{\s*([^,\s]+)\s*,", text)
    }
