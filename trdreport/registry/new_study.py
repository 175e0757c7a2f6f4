"""A new study's record: every field in canonical order, with its meaning as a comment."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trdreport.errors import DataError, file_problem
from trdreport.registry.fields import ID, TODO
from trdreport.registry.loading import Registry
from trdreport.registry.schema import schema, schema_line

UNKNOWN = "not_reported"


@dataclass(frozen=True)
class Essentials:
    """What must be said before a record can be begun; the rest can wait."""

    id: str
    label: str
    year: int
    country: str
    modality: str
    groups: Mapping[str, int]


def parse_groups(given: Sequence[str]) -> dict[str, int]:
    """Groups and sizes from `TRD=22`; raises ValueError with a plain sentence."""
    groups = {}
    for text in given:
        name, _, size = text.partition("=")
        if not name or not size.isdigit() or int(size) < 1:
            raise ValueError(f"'{text}' is no group with its size; write it as TRD=22")
        groups[name] = int(size)
    return groups


def write_new(registry: Registry, root: Path, essentials: Essentials) -> Path:
    """Write the record; raises DataError when it exists already or the id is none."""
    if not re.fullmatch(ID, essentials.id):
        message = "is no id; use small letters, digits and hyphens"
        raise DataError([file_problem(essentials.id, message)])
    path = root / "studies" / f"{essentials.id}.yaml"
    try:
        with path.open("x") as stream:
            stream.write(new_record(registry, essentials))
    except FileExistsError as error:
        raise DataError([file_problem(path, "is there already; choose another id")]) from error
    return path


def new_record(registry: Registry, essentials: Essentials) -> str:
    """The record's text. What is still to be written says TODO, and does not validate."""
    whole = schema("study")
    patients = {name for name, group in registry.review.groups.items() if group.patients}
    known: dict[str, Any] = {
        "id": essentials.id, "citation": essentials.id, "label": essentials.label,
        "year": essentials.year, "country": essentials.country, "cohort": essentials.id,
        "imaging.modality": essentials.modality,
    }  # fmt: skip
    lines = [schema_line("study", 1), f"# {essentials.label}"]
    for name, node in whole["properties"].items():
        if "properties" in _plain(whole, node):
            lines.append("")
        if name == "groups":
            lines += ["", *_comment(node, ""), "groups:"]
            for group, size in essentials.groups.items():
                lines += _group(whole, group, size, patients=group in patients)
        elif name == "contrasts":
            lines += ["", *_contrasts(essentials)]
        elif name == "sources":
            lines += ["", *_sources()]
        elif name in whole["required"]:
            lines += _field(whole, name, node, known, "", name)
        else:
            lines += ["", *_comment(node, ""), f"# {name}: []"]
    return "\n".join(lines) + "\n"


def _plain(whole: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    return whole["$defs"][node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node


def _comment(node: Mapping[str, Any], indent: str) -> list[str]:
    told = node.get("description", "")
    choices = ", ".join(str(value) for value in node.get("enum", ()))
    text = " ".join(part for part in (told, f"One of {choices}." if choices else "") if part)
    return [f"{indent}# {text}"] if text else []


def _field(
    whole: Mapping[str, Any],
    name: str,
    node: Mapping[str, Any],
    known: Mapping[str, Any],
    indent: str,
    path: str,
) -> Iterator[str]:
    plain = _plain(whole, node)
    if "properties" in plain:
        yield from _comment(plain, indent)
        yield f"{indent}{name}:"
        for inner, each in plain["properties"].items():
            if inner in plain.get("required", ()):
                yield from _field(whole, inner, each, known, indent + "  ", f"{path}.{inner}")
        return
    yield from _comment(node, indent)
    yield f"{indent}{name}: {known.get(path, _start(plain))}"


def _start(node: Mapping[str, Any]) -> str:
    """`not_reported` where that may be said, otherwise a place to fill in."""
    return UNKNOWN if _may_be_unknown(node) else TODO


def _may_be_unknown(node: Mapping[str, Any]) -> bool:
    options = node.get("anyOf", ())
    return UNKNOWN in node.get("enum", ()) or any(_may_be_unknown(option) for option in options)


def _group(whole: Mapping[str, Any], name: str, size: int, *, patients: bool) -> Iterator[str]:
    node = whole["$defs"]["Group"]
    yield f"  {name}:"
    for field in node["required"]:
        yield from _comment(node["properties"][field], "    ")
        yield f"    {field}: {size if field == 'n' else _start(node['properties'][field])}"
    if patients:
        clinical = whole["$defs"]["Clinical"]
        yield "    clinical:"
        fields = [*clinical["required"], "illness_duration_months"]
        for field in (f for f in clinical["properties"] if f in fields):
            yield from _comment(clinical["properties"][field], "      ")
            yield f"      {field}: {_start(clinical['properties'][field])}"


def _contrasts(essentials: Essentials) -> Iterator[str]:
    first, *others = essentials.groups
    yield "# One focus a line, x y z in mm, as published. foci: [] means tested and nothing found;"
    yield "# remove a direction that the paper does not report."
    yield "contrasts:"
    for other in others:
        for contrast in (f"{first}>{other}", f"{other}>{first}"):
            yield f"  - contrast: {contrast}"
            yield f"    space: {TODO}"
            yield "    foci:"
            yield f"      - {{x: {TODO}, y: {TODO}, z: {TODO}}}"


def _sources() -> Iterator[str]:
    yield "# Which place gives which part of this record."
    yield "sources:"
    yield "  - covers: [groups, imaging, contrasts]"
    yield f"    document: {TODO}"
    yield f"    place: {TODO}"
    yield f"    page: {UNKNOWN}"
