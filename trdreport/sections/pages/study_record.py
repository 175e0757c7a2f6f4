"""A study's record row by row, in the order of its model, with the source of each value."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.model.fields import Elsewhere, Record, Source, Spread, lies_in
from trdreport.model.parts import Part, parts
from trdreport.model.review import Review
from trdreport.model.study import Study
from trdreport.records.yamlfile import Path_, dotted
from trdreport.sections.tables.columns import printed


@dataclass(frozen=True)
class Row:
    """A value with its label, the letter of its source, and what other places print for it."""

    label: str
    text: str
    source: str
    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True)
class Block:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


def letter(index: int) -> str:
    """`a` to `z`, then `aa`: the name of the source with this index, as a list counts them."""
    before, last = divmod(index, 26)
    return (letter(before - 1) if before else "") + "abcdefghijklmnopqrstuvwxyz"[last]


def lettered(study: Study) -> tuple[tuple[str, Source], ...]:
    """The sources of a study, each with its letter."""
    return tuple((letter(index), source) for index, source in enumerate(study.sources))


def source_of(study: Study, field: str) -> str:
    """Letter of the source that covers a field most closely, the last of them; empty for none."""
    covering = [
        (len(covered), index)
        for index, source in enumerate(study.sources)
        for covered in source.covers
        if lies_in(field, covered)
    ]
    return letter(max(covering)[1]) if covering else ""


def blocks(review: Review, study: Study) -> tuple[Block, ...]:
    """The record for a page: what is said of the study itself, then each part of it."""
    page = _Page(review, study)
    plain: list[Row] = []
    inside: list[Block] = []
    for part in parts(Study).values():
        value = getattr(study, part.name)
        if not part.page:
            continue
        if part.nested and isinstance(value, Record):
            inside.append(Block(part.label, tuple(page.rows(value, (part.name,)))))
        elif part.nested and part.keyed and isinstance(value, dict):
            for name, item in value.items():
                title = ", ".join(dict.fromkeys((name, review.named(part.names, name)[1])))
                inside.append(Block(title, tuple(page.rows(item, (part.name, name)))))
        else:
            plain += page.part(part, value, (part.name,))
    return (Block("Study", tuple(plain)), *inside)


@dataclass(frozen=True)
class _Page:
    review: Review
    study: Study

    def rows(self, record: Record, loc: Path_) -> Iterator[Row]:
        """Rows of all parts of a record; what is inside a part follows in its place."""
        for part in parts(type(record)).values():
            if part.page:
                yield from self.part(part, getattr(record, part.name), (*loc, part.name))

    def part(self, part: Part, value: object, loc: Path_) -> Iterator[Row]:
        """Rows of one part; none for an optional one that is not given."""
        if value is None:
            return
        if isinstance(value, Record) and not isinstance(value, Spread):
            yield from self.rows(value, loc)
        elif isinstance(value, dict):
            for name, each in value.items():
                label = ", ".join(filter(None, (self.review.named(part.names, name)[1], part.unit)))
                yield self.row(label, printed(self.review, part, each), (*loc, name))
        elif isinstance(value, tuple) and part.nested:
            for index, item in enumerate(value):
                yield self.item(part, item, (*loc, index))
        else:
            yield self.row(self.label(part, value), self.text(part, value), loc)

    def item(self, part: Part, item: Record, loc: Path_) -> Row:
        """An item of a list on one row: its first part names it."""
        first, *rest = (
            printed(self.review, inner, getattr(item, inner.name))
            for inner in parts(type(item)).values()
        )
        return self.row(f"{part.label}, {first}", ", ".join(rest), loc)

    def label(self, part: Part, value: object) -> str:
        """`Symptom score, MADRS`: what is beside a mean and its SD stands with the label."""
        beside = [
            str(getattr(value, name))
            for name in (parts(type(value)) if isinstance(value, Spread) else ())
            if name not in ("mean", "sd")
        ]
        return ", ".join((part.heading, *beside))

    def text(self, part: Part, value: object) -> str:
        """The value, words of a vocabulary in full."""
        return printed(self.review, part, value, in_full=True)

    def row(self, label: str, text: str, loc: Path_) -> Row:
        """A row with its source and what is printed elsewhere for it or a part of it."""
        field = dotted(loc)
        others = self.study.printed_elsewhere
        return Row(
            label,
            text,
            source_of(self.study, field),
            tuple(other for other in others if lies_in(other.field, field)),
        )
