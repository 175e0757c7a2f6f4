"""A reference from a file of another program, as an entry for references.bib."""

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybtex.database import Entry
from pybtex.database import Person as BibtexPerson
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from trdreport.errors import DataError, file_problem
from trdreport.model.fields import UNREADABLE
from trdreport.records.bibliography import Reference, parse_bibliography
from trdreport.records.yamlfile import read_text
from trdreport.work.files import Change

FIELDS = ("author", "title", "journal", "year", "volume", "number", "pages", "doi")
"""Of an entry that we write, in this order; `journal` is what holds it, whatever it is."""

DOI_PREFIX = re.compile(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", re.I)

FORMS = "BibTeX, RIS or CSL-JSON (the DOI metadata of Crossref and DataCite)"


@dataclass(frozen=True)
class Work:
    """What a file says of one work: BibTeX fields in plain text, without those it does not say."""

    file: str
    fields: Mapping[str, str]

    @property
    def year(self) -> int | None:
        """The year of publication; None where the file has none."""
        year = self.fields.get("year", "")
        return int(year) if re.fullmatch(r"(19|20)\d\d", year) else None

    @property
    def label(self) -> str:
        """`Wu 2011`: the first author's family name and the year."""
        first = self.fields.get("author", "").split(" and ")[0].strip("{}")
        return " ".join(filter(None, (first.split(",")[0], self.fields.get("year"))))

    @property
    def id(self) -> str:
        """`wu2011`: an id for a record, made of the label."""
        letters = unicodedata.normalize("NFKD", self.label.lower())
        return re.sub(r"[^a-z0-9-]", "", letters)[:64].strip("-") or "study"

    def entry(self, key: str) -> str:
        """The entry under a key, laid out as those of references.bib are."""
        return bibtex(key, self.fields)


def bibtex(key: str, fields: Mapping[str, str]) -> str:
    """An entry of BibTeX, one field a line."""
    kind = "article" if "journal" in fields else "misc"
    lines = [f"  {name:<7} = {{{fields[name]}}}," for name in FIELDS if name in fields]
    return "\n".join((f"@{kind}{{{key},", *lines, "}")) + "\n"


def read_work(path: Path) -> Work:
    """The only work of a file; raises DataError for none, several, or one without title or year."""
    text = read_text(path).removeprefix("\ufeff")
    if re.match(r"\s*[{\[]", text):
        works = _csl(text, path)
    elif re.search(r"^\s*TY  ?-", text, re.M):
        works = _ris(text)
    elif "@" in text:
        works = _bibtex(text, path)
    else:
        raise DataError([file_problem(path, f"is no reference; give {FORMS}")])
    if len(works) != 1:
        message = f"holds {len(works)} works; give a file with the one of the study"
        raise DataError([file_problem(path, message)])
    fields = {name: plain for name in FIELDS if (plain := _plain(works[0].get(name, "")))}
    if "doi" in fields:
        fields["doi"] = re.sub(
            r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", fields["doi"], flags=re.I
        )
    if "pages" in fields:
        fields["pages"] = re.sub(r"(?<=\w)\s*[-\u2012-\u2015]+\s*(?=\w)", "--", fields["pages"])
    work = Work(path.name, fields)
    _, faults = parse_bibliography(work.entry("new"), path)
    if faults:
        raise DataError([file_problem(path, fault.message) for fault in faults])
    return work


def with_entry(path: Path, key: str, work: Work) -> Change:
    """references.bib with the entry at its end, and nothing else changed.

    Raises DataError when the key, or the DOI under another key, is there already.
    """
    old = read_text(path)
    references, _ = parse_bibliography(old, path)
    if key in references:
        message = f"has an entry '{key}' already; leave --reference out, or name another id"
        raise DataError([file_problem(path, message)])
    doi = work.fields.get("doi", "").lower()
    for other, reference in references.items():
        if doi and reference.doi.lower() == doi:
            message = f"has the DOI of {work.file} as '{other}' already; is the study there?"
            raise DataError([file_problem(path, message)])
    new = f"{old.rstrip()}\n\n" if old.strip() else ""
    change = Change(old, new + work.entry(key))
    after, faults = parse_bibliography(change.new, path)
    if set(after) != {*references, key} or not _says(after[key], work):
        faults = [file_problem(path, f"cannot hold the entry of {work.file}; add it by hand")]
        raise DataError(faults)
    return change


def _says(reference: Reference, work: Work) -> bool:
    return (reference.title, reference.year) == (work.fields["title"], work.fields["year"])


def lacking(path: Path, key: str, label: str, year: int | str) -> str:
    """The lines to add to references.bib where no file gave the reference."""
    fields = {"author": "TODO", "title": f"TODO ({label})", "journal": "TODO", "year": str(year)}
    return f"add to {path}, or give --reference FILE:\n{bibtex(key, fields)}"


def _plain(text: str) -> str:
    """One line without markup and without braces, which would end the field."""
    text = html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", text))
    return " ".join(UNREADABLE.sub(" ", text).split())


def _bare(text: str) -> str:
    return re.sub(r"[{}\\]", "", text)


def _authors(people: Iterable[tuple[str, str]]) -> str:
    """Family and given names as BibTeX has them; one without a given name is an institution."""
    names = [
        f"{_bare(family)}, {_bare(given)}" if given else f"{{{_bare(family)}}}"
        for family, given in people
        if family
    ]
    return " and ".join("others" if name == "{others}" else name for name in names)


def _csl(text: str, path: Path) -> list[dict[str, str]]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"is no JSON: {error.msg} in line {error.lineno}; save the metadata once more"
        raise DataError([file_problem(path, message)]) from error
    items = data if isinstance(data, list) else [data]
    return [dict(_csl_fields(item)) for item in items if isinstance(item, dict)]


def _csl_fields(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    people = [each for each in _list(item.get("author")) if isinstance(each, dict)]
    yield "author", _authors(map(_csl_name, people))
    for ours, theirs in (
        ("title", "title"), ("journal", "container-title"), ("volume", "volume"),
        ("number", "issue"), ("pages", "page"), ("doi", "DOI"),
    ):  # fmt: skip
        yield ours, _bare(str(next(iter(_list(item.get(theirs))), "")))
    if "page" not in item and "article-number" in item:
        yield "pages", _bare(str(item["article-number"]))
    yield "year", next(filter(None, map(_csl_year, _dates(item))), "")


def _dates(item: Mapping[str, Any]) -> Iterator[Any]:
    for name in ("issued", "published-print", "published-online", "published"):
        yield item.get(name)


def _csl_year(issued: Any) -> str:
    try:
        return str(issued["date-parts"][0][0])
    except (KeyError, IndexError, TypeError):
        raw = issued.get("raw", "") if isinstance(issued, dict) else ""
        return _year(str(raw))


def _csl_name(person: Mapping[str, Any]) -> tuple[str, str]:
    particle = str(person.get("non-dropping-particle", ""))
    family = " ".join(filter(None, (particle, str(person.get("family", "")))))
    name = family or str(person.get("literal", "") or person.get("name", ""))
    return name, str(person.get("given", "")) if family else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _ris(text: str) -> list[dict[str, str]]:
    works: list[dict[str, list[str]]] = []
    for line in text.splitlines():
        found = re.match(r"\s*([A-Z][A-Z0-9])  ?- ?(.*)", line)
        if not found:
            continue
        tag, value = found[1], found[2].strip()
        if tag == "TY":
            works.append({})
        elif works and value:
            works[-1].setdefault(tag, []).append(value)
    return [dict(_ris_fields(work)) for work in works]


def _ris_fields(tags: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    def first(*names: str) -> str:
        return _bare(next((tags[name][0] for name in names if name in tags), ""))

    def split(name: str) -> tuple[str, str]:
        family, _, given = name.partition(",")
        return family.strip(), given.strip()

    yield "author", _authors(map(split, tags.get("AU") or tags.get("A1") or ()))
    yield "title", first("TI", "T1")
    yield "journal", first("JF", "T2", "JO", "JA")
    yield "year", _year(first("PY", "Y1", "DA"))
    yield "volume", first("VL")
    yield "number", first("IS")
    yield "pages", "--".join(filter(None, (first("SP"), first("EP"))))
    yield "doi", first("DO")


def _year(text: str) -> str:
    found = re.search(r"(19|20)\d\d", text)
    return found[0] if found else text


def _bibtex(text: str, path: Path) -> list[dict[str, str]]:
    try:
        entries = Parser().parse_string(text).entries.values()
    except PybtexError as error:
        message = f"is no BibTeX: {' '.join(str(error).split())}; mend it"
        raise DataError([file_problem(path, message)]) from error
    return [dict(_bibtex_fields(entry)) for entry in entries]


def _bibtex_fields(entry: Entry) -> Iterator[tuple[str, str]]:
    """LaTeX's accents and commands become letters: references.bib is read as plain text."""
    yield "author", _authors(map(_bibtex_name, entry.persons.get("author", ())))
    for name in FIELDS[1:]:
        names = ("journal", "booktitle", "howpublished") if name == "journal" else (name,)
        found = next((entry.fields[each] for each in names if each in entry.fields), "")
        yield name, _bare(_unlatexed(found))


def _bibtex_name(person: BibtexPerson) -> tuple[str, str]:
    last = " ".join([*person.prelast_names, *person.last_names])
    given = " ".join([*person.first_names, *person.middle_names])
    return _unlatexed(last), _unlatexed(given)


def _unlatexed(text: str) -> str:
    """A bare per cent sign is what was meant in a .bib, not the beginning of a comment."""
    return str(Text.from_latex(re.sub(r"(?<!\\)%", r"\%", text)))
