"""Columns of tables by the paths of fields: what stands above them, and what in each cell."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from trdreport.model.fields import UNKNOWN_WORDS, Record
from trdreport.model.parts import Part, part_at
from trdreport.model.review import Review
from trdreport.model.study import Study
from trdreport.records.yamlfile import Path_
from trdreport.sections.tables import MISSING, NOT_APPLICABLE, shown

NOT_GIVEN = "–"
"""An optional field that a record leaves out."""

EACH = "each"
STEP = re.compile(r"(?:^|\.)([a-z_|]+)(?:\[([a-z]+)\])?")


@dataclass(frozen=True)
class FieldColumn:
    """One field of a study, or the first known of several, as a column of a table."""

    path: str
    review: Review

    @cached_property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Names of fields with what stands in brackets behind each."""
        return tuple((name, scope) for name, scope in STEP.findall(self.path))

    @cached_property
    def choices(self) -> tuple[Part, ...]:
        """The fields of which the first known one is printed; raises KeyError for none."""
        *before, (last, _) = self.steps
        inside: list[str | int] = []
        for name, scope in before:
            inside += [name, *([0 if scope == EACH else scope] if scope else [])]
        return tuple(part_at(Study, (*inside, name)) for name in last.split("|"))

    @cached_property
    def groups(self) -> tuple[str, ...] | None:
        """The groups that it is about; None when it is about the study."""
        scope = next((scope for _, scope in self.steps if scope not in ("", EACH)), "")
        if not scope:
            return None
        cases = (self.review.cases,) if self.review.cases else ()
        return {
            "all": tuple(self.review.groups),
            "cases": cases,
            "patients": self.review.patients,
            "comparisons": self.review.comparisons,
        }[scope]

    @property
    def unit(self) -> str:
        """The unit that all of its values have; empty when they differ."""
        units = {part.unit for part in self.choices}
        return units.pop() if len(units) == 1 else ""

    @property
    def heading(self) -> str:
        """Label, unit and groups."""
        first = self.choices[0]
        title = ", ".join(filter(None, (first.label, self.unit or self._unit_of_percent)))
        return f"{title} ({' / '.join(self.groups)})" if self.groups else title

    @property
    def _unit_of_percent(self) -> str:
        """Of percentages by name the unit stands above, also beside words about the same."""
        return next((part.unit for part in self.choices if part.keyed), "")

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers, set in figures; means of several groups are too wide."""
        same = len({part.unit for part in self.choices}) == 1
        narrow = len(self.groups or ()) < 2 or all(part.record is None for part in self.choices)
        return same and narrow and all(part.numeric for part in self.choices)

    def cell(self, study: Study, at: Path_ = ()) -> str:
        """What a study has there; `at` is the item of a list that the row is about."""
        if self.groups is None:
            return self._text(*self._value(study, "", at))
        found = {group: self._value(study, group, at) for group in self.groups}
        if any(part.keyed for part in self.choices):
            return self._by_name(found)
        texts = [self._text(part, value) for part, value in found.values()]
        said_once = len(set(texts)) == 1 and texts[0] in MISSING[: len(UNKNOWN_WORDS)]
        return texts[0] if said_once else " / ".join(texts)

    def cells(self, study: Study) -> tuple[str, ...]:
        """The same in a cell for each group."""
        values = (self._value(study, group, ()) for group in self.groups or ("",))
        return tuple(self._text(part, value) for part, value in values)

    def _value(self, study: Study, group: str, at: Path_) -> tuple[Part, object]:
        """The first known of the values, and the field that it is of."""
        *before, _ = self.steps
        inside: list[str | int] = []
        for name, scope in before:
            item = at[len(inside) + 1] if scope == EACH else group
            inside += [name, *([item] if scope else [])]
        holder = reached(study, tuple(inside))
        if not isinstance(holder, Record):
            return self.choices[0], holder
        given = [(part, getattr(holder, part.name)) for part in self.choices]
        told = [pair for pair in given if pair[1] is not None]
        known = [pair for pair in told if pair[1] not in UNKNOWN_WORDS]
        return next(iter((*known, *told)), (given[0][0], NOT_GIVEN))

    def _text(self, part: Part, value: object) -> str:
        if value is None:
            return part.absent or NOT_APPLICABLE
        text = printed(self.review, part, value)
        bare = self.unit or not part.unit or text in (*MISSING, NOT_GIVEN)
        return text if bare else f"{text} {part.unit}"

    def _by_name(self, found: Mapping[str, tuple[Part, object]]) -> str:
        """`SSRI 68.75 (100)`: the value of the first group and, in brackets, of the others."""
        named = {g: value for g, (_, value) in found.items() if isinstance(value, dict)}
        part = self.choices[0]
        words = list(getattr(self.review, part.names)) if part.names else []
        order = dict.fromkeys((*words, *(word for value in named.values() for word in value)))
        cells = []
        for word in order:
            values = [_dash(value[word]) for value in named.values() if word in value]
            if values:
                others = "".join(f" ({value})" for value in values[1:])
                cells.append(f"{self.review.named(part.names, word)[0]} {values[0]}{others}")
        rest = {g: pair for g, pair in found.items() if g not in named and pair[1] is not None}
        return "; ".join(
            [*cells, *(f"{g}: {printed(self.review, *pair)}" for g, pair in rest.items())]
        ) or NOT_APPLICABLE  # fmt: skip


def reached(record: object, loc: Path_) -> object:
    """The value at a place of a record: a word for unknown from there on, or None for no value."""
    for step in loc:
        if isinstance(record, dict):
            record = record.get(str(step))
        elif isinstance(record, tuple):
            record = record[int(step)]
        elif isinstance(record, Record):
            record = getattr(record, str(step))
    return record


def printed(review: Review, part: Part, value: object, *, in_full: bool = False) -> str:
    """A field's value for readers; words of a vocabulary as in tables, or in full."""
    if isinstance(value, tuple):
        return ", ".join(printed(review, part, each) for each in value) or "none"
    if isinstance(value, dict):
        pairs = ((review.named(part.names, word)[in_full], each) for word, each in value.items())
        return "; ".join(f"{word} {shown(each)}" for word, each in pairs)
    if not isinstance(value, str) or value in UNKNOWN_WORDS:
        return shown(value)
    if part.names:
        return review.named(part.names, value)[in_full]
    text = value.replace("_", " ") if part.words else value
    return text.replace(part.spaced, f" {part.spaced} ") if part.spaced else text


def _dash(value: object) -> str:
    return NOT_GIVEN if value == "not_reported" else shown(value)


def places(study: Study, columns: tuple[FieldColumn, ...]) -> Iterator[Path_]:
    """Where the rows of a study are: at each item of the innermost list that a column names."""
    inner = max((c.steps for c in columns), key=lambda s: [scope for _, scope in s].count(EACH))
    lists = [name for name, scope in inner if scope == EACH]
    yield from _items(study, (), lists)


def _items(record: object, at: Path_, lists: list[str]) -> Iterator[Path_]:
    if not lists:
        yield at
        return
    first, *others = lists
    for index, item in enumerate(getattr(record, first)):
        yield from _items(item, (*at, first, index), others)
