"""A new study's record: every field in canonical order, with its meaning as a comment."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from trdreport.errors import DataError, Problem, file_problem
from trdreport.model.fields import ID, TODO, UNKNOWN_WORDS, fault_of
from trdreport.model.kinds import BIBLIOGRAPHY
from trdreport.model.review import Review
from trdreport.records.begun import Begun
from trdreport.records.counting import Counts
from trdreport.records.new_reference import Work, lacking, with_entry
from trdreport.records.schema import example, schema, schema_line
from trdreport.records.yamlfile import parse_yaml
from trdreport.work.files import write_new

UNKNOWN = UNKNOWN_WORDS[0]

Focus = Mapping[str, Decimal | str]
"""x, y and z of a focus, which may be to fill in, and what is said of it, by field."""


@dataclass(frozen=True)
class Essentials:
    """What must be said before a record can be begun; the rest can wait."""

    id: str
    label: str
    year: int | str
    country: str
    modality: str
    groups: Mapping[str, int | str]
    search: str
    foci: Mapping[tuple[str, str], tuple[Focus, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parse_groups(given: Sequence[str]) -> dict[str, int | str]:
    """Groups and sizes from `TRD=22`; raises ValueError with a plain sentence."""
    groups: dict[str, int | str] = {}
    for text in given:
        name, _, size = text.partition("=")
        if not name or not size.isdigit() or int(size) < 1:
            raise ValueError(f"'{text}' is no group with its size; write it as TRD=22")
        groups[name] = int(size)
    return groups


def write_studies(
    begun: Begun,
    root: Path,
    studies: Sequence[Essentials],
    *,
    work: Work | None = None,
    count: bool = False,
) -> tuple[list[Path], list[str]]:
    """Write the records, all or none, and nothing of another file but what is asked for.

    `work` goes into references.bib as the reference of the only study, `count` raises the counts of
    the search. Returns the paths of the records, and what is left to do in other files, each with
    the exact lines. Raises DataError when a record exists already, an id is none, a name is no text
    of a record, the reference is there already or the counts leave no room, and FileError when the
    system cannot write.
    """
    texts, changed, left = {}, {}, []
    for study in studies:
        path = record_path(root / "studies", study.id)
        told = {"label": study.label, "country": study.country}
        check_texts(path, told if study.country != TODO else {"label": study.label})
        texts[path] = new_record(begun.review, study)
        bib = root / BIBLIOGRAPHY
        if work:
            changed[bib] = with_entry(bib, study.id, work)
        elif study.id not in begun.references:
            left.append(lacking(bib, study.id, study.label, study.year))
    if studies:
        counts = Counts(begun, root / "studies", studies[0].search, len(studies))
        if count:
            changed |= counts.raised()
        else:
            left += counts.told()
    write_new(texts, changed)
    return list(texts), left


def record_path(folder: Path, id_: str) -> Path:
    """Where a record belongs; raises DataError when the id is none."""
    if not re.fullmatch(ID, id_):
        message = "is no id; use small letters, digits and hyphens"
        raise DataError([file_problem(id_, message)])
    return folder / f"{id_}.yaml"


def check_texts(path: Path, texts: Mapping[str, str]) -> None:
    """Raise DataError unless each field of a new record can be a text."""
    faults = {field: fault_of(text) for field, text in texts.items()}
    if problems := [Problem(str(path), 1, 1, at, fault) for at, fault in faults.items() if fault]:
        raise DataError(problems)


def check_said(text: str, meant: object, said: Callable[[Any], object]) -> None:
    """Raise unless a text, read back, says what was meant.

    `said` takes the YAML's data. DataError and ValueError both are faults of ours.
    """
    if said(parse_yaml(text, "the new record").data) != meant:
        raise ValueError("a new record does not say what was meant")


def new_record(review: Review, essentials: Essentials) -> str:
    """The record's text, read back. What is still to be written says TODO; that does not validate.

    Raises DataError or ValueError when the essentials cannot be said in YAML.
    """
    text = _record(review, essentials)
    check_said(text, replace(essentials, foci=_wanted(essentials)), _said)
    return text


def _said(data: Any) -> Essentials:
    return Essentials(
        id=data["id"],
        label=data["label"],
        year=data["year"],
        country=data["country"],
        modality=data["imaging"]["modality"],
        search=data["search"],
        groups={name: group["n"] for name, group in data["groups"].items()},
        foci={(each["contrast"], each["space"]): each["foci"] for each in data["contrasts"]},
        notes=data.get("notes", ()),
    )


def _record(review: Review, essentials: Essentials) -> str:
    whole = schema("study")
    known: dict[str, Any] = {
        "id": scalar(essentials.id), "citation": scalar(essentials.id),
        "search": scalar(essentials.search),
        "label": scalar(essentials.label),
        "year": essentials.year, "country": scalar(essentials.country),
        "cohort": scalar(essentials.id),
        "imaging.modality": essentials.modality,
    }  # fmt: skip
    lines = [schema_line("study", 1), f"# {' '.join(essentials.label.split())}"]
    for name, node in whole["properties"].items():
        if "properties" in _plain(whole, node):
            lines.append("")
        if name == "groups":
            lines += ["", *_comment(node, ""), "groups:"]
            for group, size in essentials.groups.items():
                lines += _group(whole, group, size, patients=group in review.patients)
        elif name == "contrasts":
            lines += ["", *_contrasts(essentials)]
        elif name == "eligibility":
            lines += ["", *_comment(node, ""), *_eligibility(review)]
        elif name == "sources":
            lines += ["", *_sources()]
        elif name == "notes" and essentials.notes:
            lines += ["", *_comment(node, ""), "notes:"]
            lines += [f"  - {json.dumps(note, ensure_ascii=False)}" for note in essentials.notes]
        elif "properties" in _plain(whole, node):
            lines += [*_comment(node, ""), f"{name}:"]
            lines += _fields(whole, _plain(whole, node), known, name)
        elif name in whole["required"]:
            lines += [*_comment(node, ""), f"{name}: {known.get(name, _start(node))}"]
        else:
            empty = "{}" if node.get("type") == "object" else "[]"
            lines += ["", *_comment(node, ""), f"# {name}: {empty}"]
    return "\n".join(lines) + "\n"


def scalar(value: str) -> str:
    """A text as YAML: plain where that is safe, otherwise quoted."""
    plain = re.fullmatch(r"[A-Za-z][\w .-]*", value) and parse_yaml(value, "").data == value
    return value if plain else json.dumps(value, ensure_ascii=False)


def _plain(whole: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record that a field holds, or may leave out; the field itself where it holds none."""
    for option in (node, *node.get("anyOf", ())):
        if "$ref" in option:
            plain: Mapping[str, Any] = whole["$defs"][option["$ref"].rsplit("/", 1)[-1]]
            return plain
    return node


def _comment(node: Mapping[str, Any], indent: str) -> list[str]:
    choices = ", ".join(str(value) for option in _options(node) for value in option)
    such = "" if choices else example(node, mark="")
    words = (
        node.get("description", ""),
        f"One of {choices}." if choices else "",
        f"For example: {such}" if such else "",
    )
    text = " ".join(filter(None, words))
    return [f"{indent}# {text}"] if text else []


def _options(node: Mapping[str, Any]) -> Iterator[list[str]]:
    """Words that a field may hold, other than those for unknown."""
    for option in (node, *node.get("anyOf", ())):
        words = [word for word in option.get("enum", ()) if word not in UNKNOWN_WORDS]
        if words:
            yield words


def _fields(
    whole: Mapping[str, Any], plain: Mapping[str, Any], known: Mapping[str, Any], at: str = ""
) -> Iterator[str]:
    """The fields of a record inside the record; an optional one behind a comment sign."""
    indent = "  " * (at.count(".") + 1)
    for name, node in plain["properties"].items():
        path = f"{at}.{name}"
        inner = _plain(whole, node)
        started = name in plain.get("required", ()) or path in known
        if "properties" in inner and started and not _may_be_unknown(node):
            yield from _comment(node, indent)
            yield f"{indent}{name}:"
            yield from _fields(whole, inner, known, path)
        elif started:
            yield from _comment(node, indent)
            yield f"{indent}{name}: {known.get(path, _start(node))}"
        else:
            told = _comment(node, indent) or [f"{indent}#"]
            yield f"{indent}# {name} (optional):{told[0].partition('#')[2]}"


def _start(node: Mapping[str, Any]) -> str:
    """`not_reported` where that may be said, otherwise a place to fill in."""
    return UNKNOWN if _may_be_unknown(node) else TODO


def _may_be_unknown(node: Mapping[str, Any]) -> bool:
    options = node.get("anyOf", ())
    return UNKNOWN in node.get("enum", ()) or any(_may_be_unknown(option) for option in options)


def _group(
    whole: Mapping[str, Any], name: str, size: int | str, *, patients: bool
) -> Iterator[str]:
    plain = whole["$defs"]["Group"]
    known: dict[str, Any] = {"groups.group.n": size}
    if patients:
        duration = "groups.group.clinical.illness_duration_months"
        known |= {"groups.group.clinical": "", duration: UNKNOWN}
    else:
        inner = {key: each for key, each in plain["properties"].items() if key != "clinical"}
        plain = {**plain, "properties": inner}
    yield f"  {name}:"
    yield from _fields(whole, plain, known, "groups.group")


def _wanted(essentials: Essentials) -> Mapping[tuple[str, str], tuple[Focus, ...]]:
    """The foci, or a place for those of each direction between the groups."""
    first, *others = essentials.groups
    pairs = [pair for other in others for pair in (f"{first}>{other}", f"{other}>{first}")]
    return essentials.foci or {(pair, TODO): (dict.fromkeys("xyz", TODO),) for pair in pairs}


def _contrasts(essentials: Essentials) -> Iterator[str]:
    wanted = _wanted(essentials)
    yield "# One focus a line, x y z in mm, as published. foci: [] means tested and nothing found;"
    yield "# remove a direction that the paper does not report."
    yield "contrasts:" if wanted else "contrasts: []"
    for (contrast, space), foci in wanted.items():
        yield f"  - contrast: {contrast}"
        yield f"    space: {space}"
        yield "    foci:" if foci else "    foci: []"
        for focus in foci:
            values = (f"{k}: {scalar(v) if isinstance(v, str) else v}" for k, v in focus.items())
            yield f"      - {{{', '.join(values)}}}"


def _eligibility(review: Review) -> Iterator[str]:
    yield "eligibility:"
    for criterion in review.eligibility:
        yield f"  # {criterion.text}"
        yield f"  {criterion.id}: {{met: {TODO}, reason: {TODO}}}"


def _sources() -> Iterator[str]:
    yield "# Which place gives which part of this record."
    yield "sources:"
    yield "  - covers: [groups, imaging, contrasts]"
    yield f"    document: {TODO}"
    yield f"    place: {TODO}"
    yield f"    page: {UNKNOWN}"
