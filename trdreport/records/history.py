"""The registry at revisions of a git checkout, and what changed between two of them."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trdreport.errors import DataError
from trdreport.model.fields import UNKNOWN_WORDS
from trdreport.model.kinds import kind_of
from trdreport.model.parts import part_at, parts_along
from trdreport.records.checkout import HistoryError, named, texts_at
from trdreport.records.places import path_of
from trdreport.records.yamlfile import Path_, dotted, parse_yaml, read_text, read_yaml

LOCK = "results.lock.json"

STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
"""A name of a field, or of an item in brackets."""


@dataclass(frozen=True)
class Snapshot:
    """A registry's YAML files at one revision, by name, and the text of its results lock."""

    name: str
    files: Mapping[str, Any]
    lock: str | None


def past(registry: Path, revision: str) -> Snapshot:
    """The registry as it was at a revision; raises HistoryError when there is none.

    Records of that time are read as data: they are not validated against today's models.
    """
    try:
        texts = texts_at(registry, revision, lambda name: name.endswith(".yaml") or name == LOCK)
        lock = texts.pop(LOCK, None)
        return Snapshot(revision, {n: parse_yaml(t, n).data for n, t in texts.items()}, lock)
    except DataError as error:
        first = error.problems[0]
        raise HistoryError(f"the registry at '{revision}' cannot be read: {first}") from error


def snapshot(root: Path, name: str) -> Snapshot:
    """The registry in a folder; raises DataError when a file is no acceptable YAML."""
    paths = sorted(root.rglob("*.yaml"))
    lock = root / LOCK
    return Snapshot(
        name,
        {named(os.fsencode(p.relative_to(root).as_posix())): read_yaml(p).data for p in paths},
        read_text(lock) if lock.is_file() else None,
    )


@dataclass(frozen=True)
class Change:
    """One change of a record: `kind` is `added`, `removed` or `changed`; texts as written."""

    file: str
    field: str
    kind: str
    before: str = ""
    after: str = ""

    @property
    def label(self) -> str:
        """What readers call the field; empty for items of lists and fields that are no more."""
        kind = kind_of(self.file)
        if kind is None or not self.field or self.field.endswith("]"):
            return ""
        try:
            return part_at(kind.model, path_of(self.field)).heading
        except KeyError:
            return ""

    @property
    def words(self) -> str:
        """The change in the words of readers: `N (TRD): 22 → 23`."""
        kind = kind_of(self.file)
        steps = [item or name for item, name in STEP.findall(self.field)]
        try:
            along = list(parts_along(kind.model, steps)) if kind else []
        except KeyError:
            along = []
        items = [str(step) for part, step in along if part is None]
        label = [part.heading for part, _ in along if part][-1:] or [self.field]
        name = label[0] + (f" ({', '.join(items)})" if items else "")
        before, after = (
            value.replace("_", " ") if value in UNKNOWN_WORDS else value
            for value in (self.before, self.after)
        )
        if self.kind == "changed":
            return f"{name}: {before} → {after}"
        if self.field.endswith("]"):
            return f"{name} {self.kind}"
        return f"{name}: {after or before} {self.kind}"

    def __str__(self) -> str:
        name = f"{self.field} ({self.label})" if self.label else self.field
        if self.kind == "changed":
            return f"{name}: {self.before} → {self.after}"
        value = self.after if self.kind == "added" else self.before
        return f"{name}: {value} {self.kind}" if self.field else f"{self.kind}"


def changes(old: Snapshot, new: Snapshot) -> list[Change]:
    """What changed in the records, by file and in the order of their fields.

    Items of a list are compared as wholes, so that a focus put in front moves no other.
    """
    found = []
    for file in sorted({*old.files, *new.files}):
        if file not in old.files:
            found.append(Change(file, "", "added"))
        elif file not in new.files:
            found.append(Change(file, "", "removed"))
        else:
            found += _compared(file, (), old.files[file], new.files[file])
    return found


def _compared(file: str, loc: Path_, old: Any, new: Any) -> Iterator[Change]:
    if old == new and str(old) == str(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            here = (*loc, key)
            if key not in old:
                yield Change(file, dotted(here), "added", after=shown(new[key]))
            elif key not in new:
                yield Change(file, dotted(here), "removed", before=shown(old[key]))
            else:
                yield from _compared(file, here, old[key], new[key])
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _lists(file, loc, old, new)
    else:
        yield Change(file, dotted(loc), "changed", shown(old), shown(new))


def _lists(file: str, loc: Path_, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Change]:
    names = [_name(item) for item in (*old, *new)]
    if all(names) and all(len({_name(i) for i in own}) == len(own) for own in (old, new)):
        before, after = ({_name(item): item for item in own} for own in (old, new))
        for name in dict.fromkeys(names):
            here = (*loc, name)
            field = f"{dotted(loc)}[{name}]"
            if name not in before:
                yield Change(file, field, "added", after=shown(after[name]))
            elif name not in after:
                yield Change(file, field, "removed", before=shown(before[name]))
            else:
                for change in _compared(file, here, before[name], after[name]):
                    inner = change.field.removeprefix(dotted(here))
                    yield Change(file, field + inner, change.kind, change.before, change.after)
        return
    left = list(new)
    for item in old:
        if item in left:
            left.remove(item)
        else:
            yield Change(file, dotted(loc), "removed", before=shown(item))
    for item in left:
        yield Change(file, dotted(loc), "added", after=shown(item))


def _name(item: Any) -> str:
    """What an item of a list is called: a contrast by its direction, a focus by its place."""
    if not isinstance(item, dict):
        return ""
    for key in ("id", "contrast", "comparison", "name", "key"):
        if isinstance(item.get(key), str):
            return str(item[key])
    if {"x", "y", "z"} <= set(item):
        return f"({item['x']}, {item['y']}, {item['z']})"
    return f"{item['analysis']} {item['readout']}" if {"analysis", "readout"} <= set(item) else ""


LONGEST = 80


def shown(value: Any) -> str:
    """A value of a record on one line."""
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {shown(each)}" for key, each in value.items()) + "}"
    elif isinstance(value, tuple):
        text = "[" + ", ".join(shown(each) for each in value) + "]"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = "nothing" if value is None else " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
