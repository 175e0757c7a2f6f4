"""What the models declare of their fields, for everything that reads or prints them by path."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from trdreport.model.fields import UNKNOWN_WORDS, Record, Spread


@dataclass(frozen=True)
class Part:
    """One field of a model.

    `record` is the model of what it holds: of the record itself, of each item of a list, or of
    each value of a mapping by name (`keyed`; `many` for both). `words` says that its value is one
    of a few words, `numeric` that it is a number, or a mean with its SD.
    """

    name: str
    label: str
    unit: str
    description: str
    names: str
    page: bool
    absent: str
    spaced: str
    required: bool
    record: type[Record] | None
    keyed: bool
    many: bool
    words: bool
    numeric: bool

    @property
    def heading(self) -> str:
        """The label with the unit behind it."""
        return ", ".join(filter(None, (self.label, self.unit)))

    @property
    def nested(self) -> bool:
        """Whether it is a record with parts that are printed one by one."""
        return self.record is not None and not issubclass(self.record, Spread)


@cache
def parts(model: type[Record]) -> Mapping[str, Part]:
    """The fields of a model by name, in the order of records."""
    return MappingProxyType({name: _part(name, i) for name, i in model.model_fields.items()})


def part_at(model: type[Record], path: Iterable[str | int]) -> Part:
    """What is declared of a place in a record; raises KeyError where a record has none.

    Behind a field with many items stands the name or the number of one, whatever it is.
    """
    found = [part for part, _ in parts_along(model, path) if part]
    if not found:
        raise KeyError(path)
    return found[-1]


def parts_along(
    model: type[Record], path: Iterable[str | int]
) -> Iterator[tuple[Part | None, str | int]]:
    """What is declared of each step to a place; None for the names and numbers of items.

    Raises KeyError where a record has no such place.
    """
    inside: type[Record] | None = model
    item = False
    for step in path:
        if item:
            item = False
            yield None, step
        elif inside is None:
            raise KeyError(step)
        else:
            part = parts(inside)[str(step)]
            inside, item = part.record, part.many
            yield part, step


def _part(name: str, info: FieldInfo) -> Part:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    types = tuple(_types(info.annotation))
    records = [t for t in types if isinstance(t, type) and issubclass(t, Record)]
    spread = any(issubclass(record, Spread) for record in records)
    return Part(
        name=name,
        label=info.title or name,
        unit=str(extra.get("unit", "")),
        description=info.description or "",
        names=str(extra.get("names", "")),
        page=bool(extra.get("page", True)),
        absent=str(extra.get("absent", "")),
        spaced=str(extra.get("spaced", "")),
        required=info.is_required(),
        record=records[0] if records else None,
        keyed=dict in types,
        many=dict in types or tuple in types,
        words=any(isinstance(t, str) and t not in UNKNOWN_WORDS for t in types),
        numeric=not {dict, tuple} & set(types) and (spread or int in types or Decimal in types),
    )


def _types(annotation: Any) -> Iterator[Any]:
    """The plain types in an annotation, among them dict and tuple, and words of literals."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        yield from inner
    elif origin is Annotated:
        yield from _types(inner[0])
    elif origin in (Union, UnionType):
        for option in inner:
            yield from _types(option)
    elif origin is dict:
        yield dict
        yield from _types(inner[1])
    elif origin is tuple:
        yield tuple
        yield from _types(inner[0])
    else:
        yield annotation
